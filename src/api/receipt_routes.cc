#include "api/receipt_routes.h"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "api/answers.h"
#include "api/receipt_stream.h"
#include "api/requests.h"

namespace rft::api {
namespace {

HttpResponse receipt_of(World& world, const std::string& owner, const Found& found) {
  const Status status = found.transfer.file.status;
  if (!is_final(status)) {
    return problem({Code::wrong_state,
                    fmt::format("a receipt is of a request that has ended; this one is {}: wait "
                                "for its end",
                                word(status))});
  }
  if (changes_nothing(found.transfer.request)) {
    return problem(
        {Code::wrong_state, fmt::format("a receipt is of what was moved; this request was a {}",
                                        word(found.transfer.request.options.act))});
  }
  auto key = world.service_key();
  if (!key) return problem(key.error());
  auto place = world.receipts.take(owner);
  if (!place) return problem({Code::busy, "too many receipts are being read; let one of them end"});
  HttpResponse response = with_body(200, std::string(word(Media::ndjson)), "");
  response.stream =
      make_receipt(world.engine, found, std::move(*key), world.clock.now().wall, std::move(*place));
  return response;
}

}  // namespace

void get_receipt(World& world, Ask ask, Then then) {
  auto handle = checked_handle(ask.arguments[0]);
  if (!handle) return then(problem(handle.error()));
  const std::string owner = ask.caller.owner;
  world.engine.find(owner, *handle, [&world, owner, then](const Result<Found>& found) {
    then(found ? receipt_of(world, owner, *found) : problem(found.error()));
  });
}

void get_service(World& world, Ask, Then then) {
  const auto key = world.service_key();
  if (!key) return then(problem(key.error()));
  const receipt::PublicKey& public_key = key->public_key();
  then(with_json(200, boost::json::object{{"instance", world.instance},
                                          {"algorithm", "Ed25519"},
                                          {"public_key", public_key.text()},
                                          {"fingerprint", public_key.fingerprint()}}));
}

}  // namespace rft::api
