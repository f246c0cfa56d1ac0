// Our values as the JSON of the API's answers; the shapes stand in schemas.cc.
#pragma once
#include <boost/json/object.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "api/file_pages.h"
#include "core/call.h"
#include "core/transfer.h"
#include "engine/engine.h"

namespace rft::api {

boost::json::object render(const Yes& yes);
boost::json::object render_refusal(std::string_view handle, const Error& error);  // in a batch
boost::json::object render_chunk(std::uint64_t lines, const Answer& answer);      // of more files
boost::json::object render_refused_line(std::uint64_t line, const Error& error);
boost::json::object render_record(const Found& found);
boost::json::object render_status(const Found& found);
boost::json::object render_page(const std::vector<Found>& transfers, const std::string& next);
boost::json::object render(const FilePage& page);
boost::json::object render(const std::string& handle, const Why& why);
boost::json::object render(const Event& event);
boost::json::object render(const History& history);
boost::json::object render(const CredentialFacts& facts);
boost::json::object render(const std::vector<Engine::LinkFigures>& links,
                           const std::vector<Engine::EndpointFigures>& endpoints);

// "id: 7\nevent: started\ndata: {...}\n\n"
std::string render_sse(const Event& event);

}  // namespace rft::api
