#include "wire/frame.h"

#include <fmt/format.h>

#include "wire/describe.h"

namespace rft {
namespace {

namespace json = boost::json;

// A message is {"is": <kind>, ...its members}. The kinds are part of the wire: never renamed.
template <class T>
constexpr std::string_view kind = "";
template <>
constexpr std::string_view kind<HelloMover> = "hello";
template <>
constexpr std::string_view kind<HelloDaemon> = "hello";
template <>
constexpr std::string_view kind<Lease> = "lease";
template <>
constexpr std::string_view kind<Drain> = "drain";
template <>
constexpr std::string_view kind<CredentialFor> = "credential";
template <>
constexpr std::string_view kind<Acknowledge> = "ack";
template <>
constexpr std::string_view kind<MoveOrder> = "move";
template <>
constexpr std::string_view kind<BundleOrder> = "bundle";
template <>
constexpr std::string_view kind<ListOrder> = "list";
template <>
constexpr std::string_view kind<PublishOrder> = "publish";
template <>
constexpr std::string_view kind<StopOrder> = "stop";
template <>
constexpr std::string_view kind<RemoveOrder> = "remove";
template <>
constexpr std::string_view kind<ProbeOrder> = "probe";
template <>
constexpr std::string_view kind<Begun> = "begun";
template <>
constexpr std::string_view kind<Moving> = "moving";
template <>
constexpr std::string_view kind<Verified> = "verified";
template <>
constexpr std::string_view kind<Done> = "done";
template <>
constexpr std::string_view kind<Failed> = "failed";
template <>
constexpr std::string_view kind<Stopped> = "stopped";
template <>
constexpr std::string_view kind<UnknownTask> = "unknown_task";
template <>
constexpr std::string_view kind<BundleVerified> = "bundle_verified";
template <>
constexpr std::string_view kind<Outcomes> = "outcomes";
template <>
constexpr std::string_view kind<FoldersListed> = "folders_listed";
template <>
constexpr std::string_view kind<Proven> = "proven";
template <>
constexpr std::string_view kind<Removed> = "removed";
template <>
constexpr std::string_view kind<Probed> = "probed";
template <>
constexpr std::string_view kind<LoggedIn> = "logged_in";

json::value tagged(const auto& message) {
  json::value value = codec::to_json(message);
  value.as_object()["is"] = json::string(kind<std::decay_t<decltype(message)>>);
  return value;
}

json::value to_value(const Order& order) {
  return std::visit([](const auto& one) { return tagged(one); }, order);
}

json::value to_value(const Word& word) {
  if (const auto* said = std::get_if<TaskWord>(&word)) {
    json::value value = std::visit([](const auto& one) { return tagged(one); }, said->says);
    value.as_object()["task"] = codec::to_json(said->task);
    value.as_object()["seq"] = said->seq;
    return value;
  }
  if (const auto* one = std::get_if<Removed>(&word)) return tagged(*one);
  if (const auto* one = std::get_if<Probed>(&word)) return tagged(*one);
  return tagged(std::get<LoggedIn>(word));
}

template <class Variant, class T>
bool take(const json::value& value, std::string_view is, std::optional<Variant>& out, bool& good) {
  if (kind<T> != is) return false;
  T message{};
  good = codec::from_json(value, message);
  if (good) out = std::move(message);
  return true;
}

// The first of Ts whose kind it is decides; nothing where no kind fits or a member is malformed.
template <class Variant, class... Ts>
std::optional<Variant> one_of(const json::value& value, std::string_view is) {
  std::optional<Variant> out;
  bool good = false;
  (take<Variant, Ts>(value, is, out, good) || ...);
  return out;
}

std::optional<Order> order_from(const json::value& value, std::string_view is) {
  return one_of<Order, MoveOrder, BundleOrder, ListOrder, PublishOrder, StopOrder, RemoveOrder,
                ProbeOrder>(value, is);
}

std::optional<Word> word_from(const json::value& value, std::string_view is) {
  auto says = one_of<TaskSays, Begun, Moving, Verified, Done, Failed, Stopped, UnknownTask,
                     BundleVerified, Outcomes, FoldersListed, Proven>(value, is);
  if (!says) return one_of<Word, Removed, Probed, LoggedIn>(value, is);
  TaskWord word{{}, 0, std::move(*says)};
  const json::value* task = value.get_object().if_contains("task");
  const json::value* seq = value.get_object().if_contains("seq");
  const bool good =
      task && seq && codec::from_json(*task, word.task) && codec::from_json(*seq, word.seq);
  return good ? std::optional<Word>(std::move(word)) : std::nullopt;
}

std::string framed(const json::value& value) {
  const std::string body = json::serialize(value);
  const auto length = static_cast<std::uint32_t>(body.size());
  std::string frame;
  frame.reserve(body.size() + 4);
  for (const unsigned shift : {24U, 16U, 8U, 0U}) frame += static_cast<char>(length >> shift);
  return frame + body;
}

struct Parsed {
  json::value value;
  std::string is;
};

std::optional<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = 16;
  json::error_code ec;
  json::value value = json::parse(json::string_view(text.data(), text.size()), ec, {}, options);
  return ec ? std::nullopt : std::optional(std::move(value));
}

Result<Parsed> parse_tagged(std::string_view body) {
  auto value = parse_json(body);
  if (!value || !value->is_object()) return fail(Code::internal, "a frame of the wire is no JSON");
  const json::value* is = value->get_object().if_contains("is");
  if (!is || !is->is_string()) return fail(Code::internal, "a frame of the wire has no kind");
  std::string kind(is->get_string());
  return Parsed{std::move(*value), std::move(kind)};
}

tl::unexpected<Error> not_understood(std::string_view is) {
  return fail(Code::internal, fmt::format("a '{}' frame of the wire is not understood", is));
}

template <class T>
Result<T> from_text(std::string_view text, std::string_view what) {
  const auto value = parse_json(text);
  T out{};
  if (!value || !codec::from_json(*value, out)) {
    return fail(Code::internal, fmt::format("stored {} are not understood", what));
  }
  return out;
}

}  // namespace

std::string encode(const ToMover& message) {
  if (const auto* order = std::get_if<Order>(&message)) return framed(to_value(*order));
  return std::visit(
      [](const auto& one) {
        if constexpr (std::is_same_v<std::decay_t<decltype(one)>, Order>) {
          return std::string();
        } else {
          return framed(tagged(one));
        }
      },
      message);
}

std::string encode(const ToDaemon& message) {
  if (const auto* word = std::get_if<Word>(&message)) return framed(to_value(*word));
  return framed(tagged(std::get<HelloDaemon>(message)));
}

Result<ToMover> decode_to_mover(std::string_view body) {
  const auto parsed = parse_tagged(body);
  if (!parsed) return tl::unexpected(parsed.error());
  if (auto order = order_from(parsed->value, parsed->is)) return ToMover(std::move(*order));
  auto message = one_of<ToMover, HelloMover, Lease, Drain, CredentialFor, Acknowledge>(
      parsed->value, parsed->is);
  if (!message) return not_understood(parsed->is);
  return std::move(*message);
}

Result<ToDaemon> decode_to_daemon(std::string_view body) {
  const auto parsed = parse_tagged(body);
  if (!parsed) return tl::unexpected(parsed.error());
  if (auto word = word_from(parsed->value, parsed->is)) return ToDaemon(std::move(*word));
  auto hello = one_of<ToDaemon, HelloDaemon>(parsed->value, parsed->is);
  if (!hello) return not_understood(parsed->is);
  return std::move(*hello);
}

void FrameReader::feed(std::string_view bytes) {
  buffer_.erase(0, read_);
  read_ = 0;
  buffer_ += bytes;
}

Result<std::optional<std::string>> FrameReader::next() {
  const std::string_view unread = std::string_view(buffer_).substr(read_);
  if (unread.size() < 4) return std::nullopt;
  std::size_t length = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    length = length << 8 | static_cast<unsigned char>(unread[i]);
  }
  if (length > frame_length_max) {
    return fail(Code::internal, fmt::format("a frame of {} bytes is over the limit", length));
  }
  if (unread.size() < 4 + length) return std::nullopt;
  read_ += 4 + length;
  return std::string(unread.substr(4, length));
}

std::string options_json(const Options& options) {
  return json::serialize(codec::to_json(options));
}
Result<Options> options_from_json(std::string_view text) {
  return from_text<Options>(text, "options");
}
std::string order_json(const Order& order) {
  return json::serialize(to_value(order));
}
Result<Order> order_from_json(std::string_view text) {
  const auto parsed = parse_tagged(text);
  if (!parsed) return tl::unexpected(parsed.error());
  auto order = order_from(parsed->value, parsed->is);
  if (!order) return not_understood(parsed->is);
  return std::move(*order);
}
std::string fault_json(const Fault& fault) {
  return json::serialize(codec::to_json(fault));
}
Result<Fault> fault_from_json(std::string_view text) {
  return from_text<Fault>(text, "faults");
}

}  // namespace rft
