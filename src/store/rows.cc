#include "store/rows.h"

namespace rft {

void RequestMembers::add_to(Parameters& parameters) const {
  const Request& request = value.request;
  parameters.add(request.id);
  parameters.add(request.owner);
  parameters.add(request.handle);
  parameters.add(request.source);
  parameters.add(request.destination);
  parameters.add(request.options);
  parameters.add(column::Bytes{request.digest});
  parameters.add(request.submitted_at);
  parameters.add(request.whole);
  parameters.add(request.number);
  parameters.add(is_part(value) ? lane_number(value) : LaneNumber{0});
}

const std::string& transfer_columns() {
  static const std::string all =
      "r.id, r.owner, r.handle, r.source, r.destination, r.options, r.digest, r.submitted_at, "
      "r.whole, r.number, "
      "f.id, " +
      columns_of<File>("f");
  return all;
}

Transfer read_transfer(Row& row) {
  Transfer transfer;
  Request& request = transfer.request;
  row.take(request.id);
  row.take(request.owner);
  row.take(request.handle);
  row.take(request.source);
  row.take(request.destination);
  row.take(request.options);
  row.take(request.digest);
  row.take(request.submitted_at);
  row.take(request.whole);
  row.take(request.number);
  row.take(transfer.file.id);
  take_members(row, transfer.file);
  return transfer;
}

std::string answer_json(const Answer& answer) {
  namespace json = boost::json;
  if (answer) return json::serialize(codec::to_json(*answer));
  const Error& error = answer.error();
  return json::serialize(json::object{{"code", json::string(entry(error.code).word)},
                                      {"detail", json::string(error.detail)},
                                      {"line", error.line}});
}

std::optional<Answer> answer_from_json(std::string_view text) {
  namespace json = boost::json;
  json::error_code ec;
  const json::value value = json::parse(text, ec);
  if (ec || !value.is_object()) return std::nullopt;
  if (const json::value* refused = value.get_object().if_contains("code")) {
    Error error;
    const json::value* detail = value.get_object().if_contains("detail");
    const auto code = [](std::string_view word) { return code_of(word); };
    if (!codec::from_text(*refused, error.code, code)) return std::nullopt;
    if (detail && !codec::from_json(*detail, error.detail)) return std::nullopt;
    const json::value* line = value.get_object().if_contains("line");
    if (line && !codec::from_json(*line, error.line)) return std::nullopt;
    return Answer(tl::unexpected(std::move(error)));
  }
  Yes yes;
  if (!codec::from_json(value, yes)) return std::nullopt;
  return Answer(std::move(yes));
}

KeptAnswer read_answer(Row& row) {
  KeptAnswer kept;
  std::string text;
  row.take(kept.key);
  row.take(kept.digest);
  row.take(text);
  row.take(kept.at);
  if (auto answer = answer_from_json(text)) {
    kept.answer = std::move(*answer);
  } else {
    row.refuse();
  }
  return kept;
}

}  // namespace rft
