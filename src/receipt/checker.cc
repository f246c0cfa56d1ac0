#include "receipt/checker.h"

#include <fmt/format.h>

#include <array>
#include <boost/json.hpp>
#include <istream>
#include <utility>

#include "base/text.h"

namespace rft::receipt {
namespace {

namespace json = boost::json;

tl::unexpected<Error> wrong(std::string why) {
  return fail(Code::invalid_request, std::move(why));
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<std::uint64_t> number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (!value) return std::nullopt;
  json::error_code none;
  const auto number = value->to_number<std::uint64_t>(none);
  return none ? std::nullopt : std::optional(number);
}

Result<json::object> parse(std::string_view line) {
  if (!line.ends_with('\n')) return wrong("the line has no end: the receipt is cut short");
  if (line.size() > line_max) {
    return wrong(fmt::format("the line is longer than {} bytes", line_max));
  }
  json::error_code none;
  json::value value = json::parse(line.substr(0, line.size() - 1), none);
  if (none || !value.is_object()) return wrong("the line is no JSON object");
  return std::move(value.get_object());
}

Result<Totals> totals_of(const json::object& seal) {
  Totals totals;
  const std::array<std::pair<std::string_view, std::uint64_t*>, 6> members{
      {{"files", &totals.files},
       {"waiting", &totals.waiting},
       {"done", &totals.done},
       {"failed", &totals.failed},
       {"skipped", &totals.skipped},
       {"bytes_done", &totals.bytes_done}}};
  for (const auto& [name, place] : members) {
    const auto number = number_of(seal, name);
    if (!number) return wrong(fmt::format("the seal lacks the number '{}'", name));
    *place = *number;
  }
  return totals;
}

struct Signed {
  std::string_view message;
  std::string signature;
};

// The one form that a last line has: so no byte of it can change unnoticed.
std::optional<Signed> signed_part(std::string_view line) {
  const std::size_t length = base64(std::string(signature_bytes, '\0')).size();
  const std::size_t rest = signature_begin.size() + length + signature_end.size();
  if (line.size() < rest || !line.ends_with(signature_end)) return std::nullopt;
  const std::string_view message = line.substr(0, line.size() - rest);
  if (!line.substr(message.size()).starts_with(signature_begin)) return std::nullopt;
  const std::string_view text = line.substr(message.size() + signature_begin.size(), length);
  auto signature = base64_decode(text);
  if (!signature || signature->size() != signature_bytes || base64(*signature) != text) {
    return std::nullopt;
  }
  return Signed{message, std::move(*signature)};
}

}  // namespace

Result<std::optional<Listed>> Checker::take(std::string_view line) {
  if (sealed_) return wrong("the receipt ended with the line before; this is no part of it");
  const auto object = parse(line);
  if (!object) return tl::unexpected(object.error());
  std::optional<Listed> listed;
  if (!key_) {
    if (auto header = take_header(*object); !header) return tl::unexpected(header.error());
  } else if (line.starts_with(seal_begin)) {
    if (auto seal = take_seal(line, *object); !seal) return tl::unexpected(seal.error());
  } else {
    auto file = take_file(*object);
    if (!file) return tl::unexpected(file.error());
    listed = std::move(*file);
  }
  previous_ = line_hash(line);
  return listed;
}

Result<Summary> Checker::end() const {
  if (!key_) return wrong("the receipt is empty");
  if (!sealed_) return wrong("the receipt is cut short: its last line, the seal, is missing");
  return summary_;
}

Result<void> Checker::take_header(const json::object& line) {
  const auto version = number_of(line, "receipt");
  if (!version) return wrong("this is no receipt: it does not begin with a receipt's header");
  if (*version != format_version) {
    return wrong(fmt::format("the receipt is of version {}; this program knows version {}",
                             *version, format_version));
  }
  auto key = PublicKey::parse(text_of(line, "public_key"));
  if (!key) return tl::unexpected(key.error());
  summary_.fingerprint = key->fingerprint();
  if (text_of(line, "fingerprint") != summary_.fingerprint) {
    return wrong("the fingerprint is not that of the public key");
  }
  if (!pinned_.empty() && !equals_ignoring_case(pinned_, summary_.fingerprint)) {
    return wrong(fmt::format("a foreign key: the receipt is signed with {}, not with {}",
                             summary_.fingerprint, printable(pinned_, 2 * line_hash("").size())));
  }
  const json::value* request = line.if_contains("request");
  if (!request || !request->is_object()) return wrong("the header lacks the request");
  summary_.handle = text_of(request->get_object(), "handle");
  summary_.status = text_of(request->get_object(), "status");
  summary_.made_at = text_of(line, "made_at");
  key_ = std::move(*key);
  return {};
}

Result<void> Checker::follows(const json::object& line) const {
  if (text_of(line, "previous") == previous_) return {};
  return wrong(
      "it does not follow the line before it: one of the two was changed, or lines between them "
      "are missing, added or in another order");
}

Result<Listed> Checker::take_file(const json::object& line) {
  const auto number = number_of(line, "n");
  const std::uint64_t due = summary_.totals.files + 1;
  if (!number) return wrong("the line tells of no file and is no seal");
  if (*number != due) {
    return wrong(
        fmt::format("file {} stands where file {} is due: a line is missing, repeated, "
                    "added or in another order",
                    *number, due));
  }
  if (auto chained = follows(line); !chained) return tl::unexpected(chained.error());
  Listed file{text_of(line, "source"),   text_of(line, "destination"),
              text_of(line, "status"),   number_of(line, "size"),
              text_of(line, "checksum"), text_of(line, "kind") == "folder"};
  if (file.source.empty() || file.destination.empty()) {
    return wrong("the line lacks a source or a destination");
  }
  if (!summary_.totals.count(file)) return wrong("the file has no status that a receipt knows");
  return file;
}

Result<void> Checker::take_seal(std::string_view text, const json::object& line) {
  if (auto chained = follows(line); !chained) return chained;
  const auto totals = totals_of(line);
  if (!totals) return tl::unexpected(totals.error());
  if (*totals != summary_.totals) {
    return wrong(fmt::format("the seal tells of {} files and {} bytes done, the lines of {} and {}",
                             totals->files, totals->bytes_done, summary_.totals.files,
                             summary_.totals.bytes_done));
  }
  const auto parts = signed_part(text);
  if (!parts) return wrong("the seal does not end with a signature");
  if (!key_->verifies(parts->message, parts->signature)) {
    return wrong("a bad signature: the receipt is not as it was signed");
  }
  const json::value* complete = line.if_contains("complete");
  summary_.complete = complete && complete->is_bool() && complete->get_bool();
  sealed_ = true;
  return {};
}

Result<Summary> check(std::istream& in, std::string fingerprint) {
  Checker checker(std::move(fingerprint));
  std::uint64_t number = 0;
  const auto numbered = [&number](const Error& error) {
    return fail(error.code, fmt::format("line {}: {}", number, error.detail));
  };
  std::string buffer(line_max + 1, '\0');  // getline keeps one for a NUL
  for (;;) {
    ++number;
    in.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    const auto got = static_cast<std::size_t>(in.gcount());
    if (in.bad()) return wrong("the receipt cannot be read any further");
    if (in.eof() && got == 0) break;
    if (in.fail() && !in.eof()) {
      return numbered(wrong(fmt::format("the line is longer than {} bytes", line_max)).value());
    }
    if (!in.eof()) buffer[got - 1] = '\n';
    const auto taken = checker.take(std::string_view(buffer).substr(0, got));
    if (!taken) return numbered(taken.error());
  }
  auto summary = checker.end();
  if (!summary) return numbered(summary.error());
  return summary;
}

}  // namespace rft::receipt
