#include "daemon/instance.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "daemon/small_file.h"

namespace rft {
namespace {

constexpr std::string_view id_label = "instance ";
constexpr std::string_view epoch_label = "newest_epoch ";
constexpr std::string_view event_label = "last_event ";

// The rest of the line of `text` that begins with `label`.
std::optional<std::string_view> line(std::string_view text, std::string_view label) {
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find('\n'));
    if (one.starts_with(label)) return one.substr(label.size());
    text.remove_prefix(std::min(one.size() + 1, text.size()));
  }
  return std::nullopt;
}

}  // namespace

std::string to_text(const InstanceRecord& record) {
  return fmt::format("{}{}\n{}{}\n{}{}\n", id_label, record.id.text(), epoch_label,
                     record.progress.newest_epoch, event_label, record.progress.last_event);
}

std::optional<InstanceRecord> parse_instance(std::string_view text) {
  const auto id = Uuid::parse(line(text, id_label).value_or(""));
  const auto epoch = parse_number(line(text, epoch_label).value_or(""));
  const auto event = parse_number(line(text, event_label).value_or(""));
  if (!id || !epoch || *epoch > std::numeric_limits<std::uint32_t>::max() || !event ||
      *event > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return std::nullopt;
  }
  return InstanceRecord{*id,
                        {static_cast<std::uint32_t>(*epoch), static_cast<std::int64_t>(*event)}};
}

std::optional<std::string> why_restored(const std::optional<InstanceRecord>& remembered,
                                        const InstanceRecord& database) {
  const Progress& found = database.progress;
  if (!remembered) {
    if (found == Progress{}) return std::nullopt;
    return "it has a history, but there is no instance file beside it";
  }
  const Progress& known = remembered->progress;
  if (found.newest_epoch < known.newest_epoch) {
    return fmt::format("epoch {} was granted before, the database knows only {}",
                       known.newest_epoch, found.newest_epoch);
  }
  if (found.last_event < known.last_event) {
    return fmt::format("event {} was saved before, the database ends with {}", known.last_event,
                       found.last_event);
  }
  if (database.id != remembered->id && known != Progress{}) return "it has the name of another one";
  return std::nullopt;
}

Result<Instance> Instance::open(std::string file, const InstanceRecord& database,
                                bool accept_restore, const Uuid& fresh) {
  const auto text = read_small_file(file);
  if (!text) return tl::unexpected(text.error());
  const auto remembered = *text ? parse_instance(**text) : std::nullopt;
  auto why = why_restored(remembered, database);
  if (*text && !remembered) why = fmt::format("'{}' is damaged", file);
  if (why && !accept_restore) {
    return fail(Code::bad_state,
                fmt::format("the database is not the one that this service worked with last, or is "
                            "older ({}): was it restored from a backup? To go on with it, start "
                            "once with --accept-restore; what was done since is not in it",
                            *why));
  }
  if (why) return Instance(std::move(file), {fresh, database.progress}, true);
  Instance instance(std::move(file), database, false);
  if (auto kept = instance.keep(); !kept) return tl::unexpected(kept.error());
  return instance;
}

Result<void> Instance::grant(std::uint32_t epoch) {
  if (epoch <= record_.progress.newest_epoch) return {};
  record_.progress.newest_epoch = epoch;
  return keep();
}

void Instance::saw_event(std::int64_t seq) {
  record_.progress.last_event = std::max(record_.progress.last_event, seq);
}

Result<void> Instance::keep() {
  if (record_ == kept_) return {};
  auto written = replace_small_file(file_, to_text(record_));
  if (written) kept_ = record_;
  return written;
}

}  // namespace rft
