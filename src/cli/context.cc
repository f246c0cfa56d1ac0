#include "cli/context.h"

#include <algorithm>
#include <boost/json.hpp>
#include <ostream>

#include "cli/figures.h"

namespace rft::cli {

Result<Client> Context::client() const {
  ClientOptions options;
  options.keep_trying = limits.calling;
  return Client::find(server, std::move(options));
}

void Context::ended(int code) {
  exit = std::max(exit, code);
}

void Context::failed(const Error& error) {
  const CodeEntry& registered = entry(error.code);
  terminal.err << "rft: " << registered.word << ": "
               << shown(error.detail.empty() ? registered.sentence : error.detail) << '\n';
  ended(registered.exit);
}

void Context::failed(std::string_view handle, const Error& error) {
  const CodeEntry& registered = entry(error.code);
  if (json) {
    const auto text = [](std::string_view from) { return boost::json::string(from); };
    terminal.out << boost::json::object{{"handle", text(handle)},
                                        {"error",
                                         {{"code", text(registered.word)},
                                          {"detail", text(error.detail)},
                                          {"status", registered.http}}}}
                 << '\n';
  }
  failed(error);
}

}  // namespace rft::cli
