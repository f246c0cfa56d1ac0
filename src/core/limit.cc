#include "core/limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/text.h"
#include "base/words.h"
#include "core/decide.h"

namespace rft {
namespace {

constexpr std::array<std::string_view, 4> kinds{"all", "owner", "endpoint", "link"};
constexpr std::string_view owner_mark = "owner:", arrow = "->";

tl::unexpected<Error> refused(std::string detail) {
  return fail(Code::invalid_limit, std::move(detail));
}

Result<Endpoint> endpoint_from(std::string_view text) {
  auto endpoint = Endpoint::parse(text);
  if (endpoint) return endpoint;
  return refused(fmt::format("the scope names no endpoint: {}", endpoint.error().detail));
}

Result<void> check_count(std::string_view name, const std::optional<std::uint32_t>& count,
                         std::uint32_t least) {
  if (!count || (*count >= least && *count <= limit_count_max)) return {};
  return refused(fmt::format("{} is a number from {} to {}{}", name, least, limit_count_max,
                             least > 0 ? "; to admit nothing, bound transfers to 0" : ""));
}

Result<void> check_bounds(const Bounds& bounds) {
  if (auto good = check_count("transfers", bounds.transfers, 0); !good) return good;
  if (auto good = check_count("streams", bounds.streams, 1); !good) return good;
  if (auto good = check_count("sessions", bounds.sessions, 1); !good) return good;
  if (!bounds.rate || (*bounds.rate > 0 && *bounds.rate <= limit_rate_max)) return {};
  return refused(
      fmt::format("rate is from 1 to {} bytes a second; to admit nothing, bound transfers to 0",
                  limit_rate_max));
}

std::string place(const LimitScope& scope) {
  switch (scope.kind) {
    case LimitScope::Kind::all:
      return "the service";
    case LimitScope::Kind::owner:
      return fmt::format("owner {}", scope.owner);
    case LimitScope::Kind::endpoint:
      return fmt::format("endpoint {}", scope.source.text());
    default:
      return fmt::format("link {} -> {}", scope.source.text(), scope.destination.text());
  }
}

std::string counted(std::uint32_t count, std::string_view what) {
  return fmt::format("has its {} {}{} at once", count, what, count == 1 ? "" : "s");
}

std::string state(const Bounds& held, Bound bound) {
  switch (bound) {
    case Bound::transfers:
      if (*held.transfers == 0) return "admits nothing at this time";
      return counted(*held.transfers, "transfer");
    case Bound::streams:
      return counted(*held.streams, "data stream");
    case Bound::sessions:
      return counted(*held.sessions, "control session");
    case Bound::size:
      return fmt::format("does not know yet how much of its {} what has just begun will take",
                         rate_text(*held.rate));
    default:
      return fmt::format("has used up its {}", rate_text(*held.rate));
  }
}

// What only looks, compares, lists or deletes sends nothing from server to server.
bool sends(const Transfer& transfer) {
  const Kind kind = transfer.file.kind;
  const bool moves = transfer.request.options.act == Act::move;
  return moves && (kind == Kind::file || kind == Kind::bundle);
}

bool is_measured(const Transfer& transfer) {
  const File& file = transfer.file;
  if (!sends(transfer)) return true;
  if (file.source_facts) return true;
  return file.kind == Kind::bundle ? file.bundle.tally().bytes > 0 : file.size > 0;
}

constexpr const char* owner_form =
    "an owner is written as owner:uid:1000, with the number of a user (id -u NAME)";

// As owners are named: "uid:" and the number, as it is printed.
bool names_a_user(std::string_view owner) {
  constexpr std::string_view mark = "uid:";
  if (!owner.starts_with(mark)) return false;
  const auto number = parse_number(owner.substr(mark.size()));
  return number && *number < std::numeric_limits<std::uint32_t>::max() &&
         fmt::format("{}{}", mark, *number) == owner;
}

}  // namespace

std::string_view word(LimitScope::Kind kind) {
  return word_of(kind, kinds);
}

std::string LimitScope::text() const {
  switch (kind) {
    case Kind::all:
      return "all";
    case Kind::owner:
      return fmt::format("{}{}", owner_mark, owner);
    case Kind::endpoint:
      return source.text();
    default:
      return fmt::format("{}{}{}", source.text(), arrow, destination.text());
  }
}

Result<LimitScope> LimitScope::parse(std::string_view text) {
  LimitScope scope;
  if (text == "all") return scope;
  if (text.starts_with(owner_mark)) {
    scope.kind = Kind::owner;
    scope.owner = text.substr(owner_mark.size());
    if (!scope.owner.empty()) return scope;
    return refused(owner_form);
  }
  if (text.find("://") == std::string_view::npos) {
    return refused(
        "a scope is all, owner:uid:1000, an endpoint as gsiftp://host:port, or a link "
        "as gsiftp://from:port->gsiftp://to:port");
  }
  const std::size_t at = text.find(arrow);
  auto source = endpoint_from(text.substr(0, at));
  if (!source) return tl::unexpected(std::move(source.error()));
  scope.kind = Kind::endpoint;
  scope.source = std::move(*source);
  if (at == std::string_view::npos) return scope;
  auto destination = endpoint_from(text.substr(at + arrow.size()));
  if (!destination) return tl::unexpected(std::move(destination.error()));
  scope.kind = Kind::link;
  scope.destination = std::move(*destination);
  return scope;
}

std::string rate_text(std::uint64_t rate) {
  constexpr std::array<std::string_view, 5> units{"", "k", "M", "G", "T"};
  std::size_t unit = 0;
  for (; rate > 0 && rate % 1000 == 0 && unit + 1 < units.size(); ++unit) rate /= 1000;
  return fmt::format("{} {}B/s", rate, units[unit]);
}

Result<Limit> checked_limit(Limit limit) {
  // One of another form would bound nobody, and say nothing of it.
  if (limit.scope.kind == LimitScope::Kind::owner && !names_a_user(limit.scope.owner)) {
    return refused(owner_form);
  }
  if (limit.windows.size() > limit_windows_max) {
    return refused(fmt::format("a timetable has at most {} windows", limit_windows_max));
  }
  if (limit.share == 0 || limit.share > share_max) {
    return refused(fmt::format("share is a number from 1 to {}", share_max));
  }
  if (limit.share != 1 && limit.scope.kind != LimitScope::Kind::owner) {
    return refused("only an owner has a share");
  }
  const bool bounds_nothing =
      limit.bounds.empty() && limit.windows.empty() && limit.scope.kind != LimitScope::Kind::owner;
  if (bounds_nothing) {
    return refused("nothing is bounded; give transfers, streams, sessions, rate or windows");
  }
  if (auto good = check_bounds(limit.bounds); !good) return tl::unexpected(good.error());
  for (const LimitWindow& window : limit.windows) {
    if (auto good = check_bounds(window.bounds); !good) return tl::unexpected(good.error());
  }
  return limit;
}

Load load_of(const Transfer& transfer, std::uint32_t streams) {
  const bool lists = transfer.file.kind == Kind::listing;
  const bool at_destination = is_check(transfer.request) || is_removal(transfer.request);
  Load load;
  if (sends(transfer) || lists) load.streams = transfer.file.kind == Kind::file ? streams : 1;
  load.measured = is_measured(transfer);
  load.source_session = lists || !at_destination;
  load.destination_session = !lists;
  return load;
}

Usage& Usage::operator+=(const Usage& other) {
  transfers += other.transfers;
  streams += other.streams;
  sessions += other.sessions;
  unmeasured += other.unmeasured;
  return *this;
}

Usage& Usage::operator-=(const Usage& other) {
  transfers -= other.transfers;
  streams -= other.streams;
  sessions -= other.sessions;
  unmeasured -= other.unmeasured;
  return *this;
}

Usage usage_of(const Load& load, const LimitScope& scope, const LaneKey& lane) {
  const bool both = scope.kind != LimitScope::Kind::endpoint;
  const bool source = load.source_session && (both || lane.source == scope.source);
  const bool destination = load.destination_session && (both || lane.destination == scope.source);
  Usage usage;
  usage.transfers = 1;
  usage.streams = load.streams;
  usage.sessions = (source ? 1U : 0U) + (destination ? 1U : 0U);
  usage.unmeasured = load.measured ? 0 : 1;
  return usage;
}

std::vector<LimitScope> scopes_of(const LaneKey& lane) {
  using enum LimitScope::Kind;
  std::vector<LimitScope> scopes{
      {all, {}, {}, {}}, {owner, lane.owner, {}, {}}, {endpoint, {}, lane.source, {}}};
  if (lane.destination != lane.source) scopes.push_back({endpoint, {}, lane.destination, {}});
  scopes.push_back({link, {}, lane.source, lane.destination});
  return scopes;
}

Allowance allowance_at(Allowance before, std::uint64_t rate, Instant now) {
  const double per_ms = static_cast<double>(rate) / 1000;
  const double most = per_ms * static_cast<double>(rate_saved_for.count());
  const double passed = static_cast<double>(std::max(Duration{0}, now - before.at).count());
  return {std::min(most, before.bytes + per_ms * passed), std::max(before.at, now)};
}

Instant paid_at(const Allowance& allowance, std::uint64_t rate) {
  if (allowance.bytes >= 0) return allowance.at;
  // A little more than it needs, or its fraction of a millisecond would be waited for again.
  const double ms = -allowance.bytes * 1000 / static_cast<double>(rate) + 1;
  constexpr double longest = 1e15;
  return allowance.at + Duration(static_cast<Duration::rep>(std::min(ms, longest)));
}

std::uint64_t bytes_to_send(const Transfer& transfer) {
  const File& file = transfer.file;
  if (!sends(transfer)) return 0;
  if (file.kind == Kind::bundle) {
    if (file.source_facts) return file.source_facts->size;
    const Tally files = file.bundle.tally();
    return files.bytes - std::min(files.bytes, files.bytes_done);
  }
  const std::uint64_t size = file.source_facts ? file.source_facts->size : file.size;
  // What is given up when its try begins is sent again.
  const bool goes_on = file.status == Status::active || why_not_adopted(transfer).empty();
  return size - std::min(size, goes_on ? file.part.confirmed.bytes() : 0);
}

Bound full(const Bounds& bounds, const Usage& used, const Usage& needed,
           const Allowance& allowance) {
  if (bounds.transfers && used.transfers >= *bounds.transfers) return Bound::transfers;
  if (bounds.streams && used.streams >= *bounds.streams) return Bound::streams;
  const bool alone = used.sessions == 0;
  if (bounds.sessions && !alone && used.sessions + needed.sessions > *bounds.sessions) {
    return Bound::sessions;
  }
  if (bounds.rate && allowance.bytes < 0) return Bound::rate;
  if (bounds.rate && used.unmeasured > 0) return Bound::size;
  return Bound::none;
}

std::string sentence(const Limit& limit, const Bounds& held, Bound bound) {
  return fmt::format("{} {} (limit set {} by {})", place(limit.scope), state(held, bound),
                     to_rfc3339(limit.set_at).substr(0, std::string_view("2026-11-26").size()),
                     limit.set_by);
}

}  // namespace rft
