#include "receipt/writer.h"

#include <boost/json.hpp>

#include "base/text.h"

namespace rft::receipt {
namespace {

namespace json = boost::json;

json::value or_null(const std::optional<WallTime>& time) {
  return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

json::value or_null(const std::optional<Fault>& fault) {
  if (!fault) return nullptr;
  return json::object{{"code", word(fault->code)},
                      {"side", word(fault->side)},
                      {"doing", word(fault->doing)},
                      {"reply", printable(fault->reply, told_max)},
                      {"detail", printable(fault->detail, told_max)}};
}

}  // namespace

std::string Writer::header(const json::object& request, WallTime made_at) {
  const PublicKey& key = key_.public_key();
  std::string line = json::serialize(json::object{{"receipt", format_version},
                                                  {"request", request},
                                                  {"made_at", to_rfc3339(made_at)},
                                                  {"public_key", key.text()},
                                                  {"fingerprint", key.fingerprint()}});
  line += '\n';
  previous_ = line_hash(line);
  return line;
}

std::string Writer::file(const File& file) {
  totals_.count(file);
  json::object object{{"n", totals_.files},
                      {"previous", previous_},
                      {"source", file.source},
                      {"destination", file.destination}};
  if (file.is_folder) object["kind"] = "folder";
  object["status"] = file.status;
  object["size"] = file.size ? json::value(*file.size) : json::value(nullptr);
  object["checksum"] = file.checksum.empty() ? json::value(nullptr) : json::value(file.checksum);
  object["verdict"] = file.verdict;
  object["adopted"] = file.adopted;
  object["attempts"] = file.attempts;
  object["started_at"] = or_null(file.started_at);
  object["finished_at"] = or_null(file.finished_at);
  object["fault"] = or_null(file.fault);
  std::string line = json::serialize(object);
  line += '\n';
  previous_ = line_hash(line);
  return line;
}

Result<std::string> Writer::seal(bool complete) {
  std::string line = json::serialize(json::object{{"seal", format_version},
                                                  {"previous", previous_},
                                                  {"files", totals_.files},
                                                  {"waiting", totals_.waiting},
                                                  {"done", totals_.done},
                                                  {"failed", totals_.failed},
                                                  {"skipped", totals_.skipped},
                                                  {"bytes_done", totals_.bytes_done},
                                                  {"complete", complete}});
  line.pop_back();  // its '}'
  const auto signature = key_.sign(line);
  if (!signature) return tl::unexpected(signature.error());
  return line.append(signature_begin).append(base64(*signature)).append(signature_end);
}

}  // namespace rft::receipt
