#include "core/bundle.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/varint.h"
#include "wire/frame.h"

namespace rft {
namespace {

// Which optional members follow, and the small enumerations. Never renumbered: rows hold them.
enum Bits : std::uint64_t {
  has_size = 1,
  has_wanted = 2,
  has_intent = 4,
  has_intent_checksum = 8,
  has_fate = 16,
  has_checksum = 32,
  is_adopted = 64,
  has_fault = 128,
  is_folder = 1 << 16,
  has_modify = 1 << 17,
  final_name_is_ours = 1 << 18,
};
constexpr unsigned fate_at = 8, verdict_at = 12;  // four bits each
constexpr std::uint64_t form_version = 1;

void put(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out += text;
}
void put(std::string& out, const Checksum& checksum) {
  put(out, checksum.algorithm);
  put(out, checksum.value);
}

// Reads on until the first malformed value, and says so at the end.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number() {
    const auto value = take_varint(rest_);
    good_ = good_ && value.has_value();
    return value.value_or(0);
  }
  std::string text() {
    const std::uint64_t length = number();
    if (length > rest_.size()) {
      good_ = false;
      return {};
    }
    std::string taken(rest_.substr(0, length));
    rest_.remove_prefix(length);
    return taken;
  }
  Checksum checksum() {
    Checksum read;
    read.algorithm = text();
    read.value = text();
    return read;
  }
  Fault fault() {
    auto read = fault_from_json(text());
    good_ = good_ && read.has_value();
    return read.value_or(Fault{});
  }
  void refuse() { good_ = false; }
  bool good() const { return good_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::uint64_t bits_of(const BundleFile& file) {
  std::uint64_t bits = 0;
  if (file.size) bits |= has_size;
  if (file.wanted != WantedChecksum{}) bits |= has_wanted;
  if (file.intent) bits |= has_intent;
  if (file.intent && file.intent->checksum) bits |= has_intent_checksum;
  if (file.fate) bits |= has_fate | static_cast<std::uint64_t>(*file.fate) << fate_at;
  if (file.checksum) bits |= has_checksum;
  if (file.adopted) bits |= is_adopted;
  if (file.fault) bits |= has_fault;
  if (!file.modify.empty()) bits |= has_modify;
  if (file.is_folder) bits |= is_folder;
  if (file.final_name_is_ours) bits |= final_name_is_ours;
  return bits | static_cast<std::uint64_t>(file.verdict) << verdict_at;
}

void put(std::string& out, const BundleFile& file) {
  append_varint(out, bits_of(file));
  put(out, file.source);
  put(out, file.destination);
  if (file.size) append_varint(out, *file.size);
  if (file.wanted != WantedChecksum{}) {
    put(out, file.wanted.algorithm);
    put(out, file.wanted.value);
  }
  if (file.intent) {
    append_varint(out, file.intent->part.size);
    put(out, file.intent->part.modify);
    put(out, file.intent->part.unique);
    if (file.intent->checksum) put(out, *file.intent->checksum);
  }
  if (file.checksum) put(out, *file.checksum);
  if (file.fault) put(out, fault_json(*file.fault));
  if (!file.modify.empty()) put(out, file.modify);
}

template <class Enum>
Enum enumerator(Reader& in, std::uint64_t bits, unsigned at, Enum last) {
  const std::uint64_t value = bits >> at & 15;
  if (value > static_cast<std::uint64_t>(last)) in.refuse();
  return static_cast<Enum>(std::min(value, static_cast<std::uint64_t>(last)));
}

BundleFile take_file(Reader& in) {
  const std::uint64_t bits = in.number();
  BundleFile file;
  file.source = in.text();
  file.destination = in.text();
  if (bits & has_size) file.size = in.number();
  if (bits & has_wanted) {
    const Checksum wanted = in.checksum();
    file.wanted = {wanted.algorithm, wanted.value};
  }
  if (bits & has_intent) {
    PublishIntent& intent = file.intent.emplace();
    intent.part.size = in.number();
    intent.part.modify = in.text();
    intent.part.unique = in.text();
    if (bits & has_intent_checksum) intent.checksum = in.checksum();
  }
  if (bits & has_fate) file.fate = enumerator(in, bits, fate_at, Fate::would_delete);
  file.verdict = enumerator(in, bits, verdict_at, Verdict::not_verified);
  if (bits & has_checksum) file.checksum = in.checksum();
  file.adopted = (bits & is_adopted) != 0;
  if (bits & has_fault) file.fault = in.fault();
  if (bits & has_modify) file.modify = in.text();
  file.is_folder = (bits & is_folder) != 0;
  file.final_name_is_ours = (bits & final_name_is_ours) != 0;
  return file;
}

std::string pack(const std::vector<BundleFile>& files) {
  std::string out;
  append_varint(out, form_version);
  append_varint(out, files.size());
  for (const BundleFile& file : files) put(out, file);
  return out;
}

std::optional<std::vector<BundleFile>> unpack(std::string_view bytes) {
  std::vector<BundleFile> files;
  if (bytes.empty()) return files;
  Reader in(bytes);
  if (in.number() != form_version) return std::nullopt;
  const std::uint64_t count = in.number();
  files.reserve(std::min<std::uint64_t>(count, bundle_items_max));
  while (in.good() && files.size() < count) files.push_back(take_file(in));
  if (!in.good() || !in.at_end()) return std::nullopt;
  return files;
}

void count(Tally& sum, Fate fate, std::uint64_t size) {
  switch (fate) {
    case Fate::done:
    case Fate::would_move:
      ++sum.done;
      sum.bytes_done += size;
      break;
    case Fate::failed:
      ++sum.failed;
      sum.bytes_failed += size;
      break;
    case Fate::skipped:
      ++sum.skipped;
      sum.bytes_skipped += size;
      break;
    case Fate::deleted:
    case Fate::would_delete:
      ++sum.deleted;
      break;
    case Fate::apart:
      break;
  }
}

Tally tally_of(const std::vector<BundleFile>& files) {
  Tally sum;
  for (const BundleFile& file : files) {
    if (file.fate == Fate::apart) continue;
    const std::uint64_t size = file.size.value_or(0);
    ++sum.files;
    sum.bytes += size;
    if (!file.is_folder && !file.fault) ++sum.real_files;
    if (!file.fate) {
      if (!file.size && !file.is_folder) ++sum.unsized;
      continue;
    }
    count(sum, *file.fate, size);
  }
  return sum;
}

template <class Change>
Bundle changed(const Bundle& bundle, Change change) {
  std::vector<BundleFile> files = bundle.files();
  for (BundleFile& file : files) change(file);
  return Bundle(files);
}

void take_outcome(BundleFile& file, const ItemOutcome& outcome) {
  file.fate = outcome.fate;
  file.intent.reset();
  if (outcome.fate != Fate::failed) file.size = outcome.size;
  file.checksum = outcome.checksum;
  file.verdict = outcome.verdict;
  file.adopted = outcome.adopted;
  file.fault = outcome.fault;
}

void fail_file(BundleFile& file, const Fault& fault) {
  file.fate = Fate::failed;
  file.intent.reset();
  file.fault = fault;
}

bool stands_alone(const NewFile& file) {
  return file.size && *file.size >= bundle_file_max && !file.passed_over;
}

}  // namespace

Bundle::Bundle(const std::vector<BundleFile>& files) {
  if (files.empty()) return;
  content_ = std::make_shared<const Content>(Content{pack(files), tally_of(files)});
}

std::vector<BundleFile> Bundle::files() const {
  return content_ ? unpack(content_->packed).value() : std::vector<BundleFile>();
}

std::optional<Bundle> Bundle::from_bytes_form(std::string_view bytes) {
  const auto files = unpack(bytes);
  return files ? std::optional(Bundle(*files)) : std::nullopt;
}

Tally& Tally::operator+=(const Tally& other) {
  files += other.files;
  done += other.done;
  failed += other.failed;
  skipped += other.skipped;
  deleted += other.deleted;
  listings += other.listings;
  bytes += other.bytes;
  bytes_done += other.bytes_done;
  bytes_failed += other.bytes_failed;
  bytes_skipped += other.bytes_skipped;
  unsized += other.unsized;
  bytes_sent += other.bytes_sent;
  real_files += other.real_files;
  return *this;
}

std::uint64_t count_of(const Tally& tally, Counted as) {
  switch (as) {
    case Counted::done:
      return tally.done;
    case Counted::failed:
      return tally.failed;
    case Counted::skipped:
      return tally.skipped;
    case Counted::deleted:
      return tally.deleted;
    default:
      return tally.files - tally.ended();
  }
}

Tally& Tally::operator-=(const Tally& other) {
  files -= other.files;
  done -= other.done;
  failed -= other.failed;
  skipped -= other.skipped;
  deleted -= other.deleted;
  listings -= other.listings;
  bytes -= other.bytes;
  bytes_done -= other.bytes_done;
  bytes_failed -= other.bytes_failed;
  bytes_skipped -= other.bytes_skipped;
  unsized -= other.unsized;
  bytes_sent -= other.bytes_sent;
  real_files -= other.real_files;
  return *this;
}

namespace {

std::vector<BundleItem> items_of(const Bundle& bundle, bool ended) {
  std::vector<BundleItem> items;
  std::uint32_t number = 0;
  for (BundleFile& file : bundle.files()) {
    const std::uint32_t own = number++;
    if (file.fate.has_value() != ended) continue;
    items.push_back({own, std::move(file.source), std::move(file.destination),
                     std::move(file.wanted), std::move(file.intent), file.size, file.is_folder,
                     std::move(file.modify), file.final_name_is_ours});
  }
  return items;
}

}  // namespace

std::vector<BundleItem> waiting_items(const Bundle& bundle) {
  return items_of(bundle, false);
}

std::vector<BundleItem> ended_items(const Bundle& bundle) {
  std::vector<BundleItem> items = items_of(bundle, true);
  std::erase_if(items, [](const BundleItem& item) { return item.is_folder; });  // it has no part
  return items;
}

Bundle with_outcomes(const Bundle& bundle, const std::vector<ItemOutcome>& outcomes) {
  std::vector<BundleFile> files = bundle.files();
  for (const ItemOutcome& outcome : outcomes) {
    const bool waits = outcome.number < files.size() && !files[outcome.number].fate;
    if (waits) take_outcome(files[outcome.number], outcome);
  }
  return Bundle(files);
}

Bundle with_intents(const Bundle& bundle, const std::vector<VerifiedItem>& verified) {
  std::vector<BundleFile> files = bundle.files();
  for (const VerifiedItem& item : verified) {
    const bool waits = item.number < files.size() && !files[item.number].fate;
    if (waits) files[item.number].intent = item.intent;
  }
  return Bundle(files);
}

Bundle without_intents(const Bundle& bundle) {
  return changed(bundle, [](BundleFile& file) { file.intent.reset(); });
}

namespace {

template <class Which>
Bundle failed_skipped(const Bundle& bundle, Which which) {
  return changed(bundle, [&](BundleFile& file) {
    if (file.fate == Fate::failed && which(*file.fault)) file.fate = Fate::skipped;
  });
}

}  // namespace

Bundle with_bad_sources_skipped(const Bundle& bundle) {
  return failed_skipped(bundle, [](const Fault& fault) { return fault.side == Side::source; });
}

Bundle with_links_skipped(const Bundle& bundle) {
  return failed_skipped(bundle,
                        [](const Fault& fault) { return fault.code == FaultCode::is_a_link; });
}

Bundle with_failed_skipped(const Bundle& bundle) {
  return failed_skipped(bundle, [](const Fault&) { return true; });
}

Bundle all_waiting_would_delete(const Bundle& bundle) {
  return changed(bundle, [](BundleFile& file) {
    if (!file.fate) file.fate = Fate::would_delete;
  });
}

Bundle all_waiting_failed(const Bundle& bundle, const Fault& fault,
                          const std::vector<ItemFault>& own) {
  std::vector<BundleFile> files = bundle.files();
  for (const ItemFault& one : own) {
    const bool waits = one.number < files.size() && !files[one.number].fate;
    if (waits) fail_file(files[one.number], one.fault);
  }
  for (BundleFile& file : files) {
    if (!file.fate) fail_file(file, fault);
  }
  return Bundle(files);
}

Bundle with_final_names_ours(const Bundle& bundle, const std::vector<std::uint32_t>& numbers) {
  std::vector<BundleFile> files = bundle.files();
  for (const std::uint32_t number : numbers) {
    if (number < files.size()) files[number].final_name_is_ours = true;
  }
  return Bundle(files);
}

Bundle failed_waiting_again(const Bundle& bundle) {
  return changed(bundle, [](BundleFile& file) {
    if (!file.fault) return;  // one that is skipped for its error has one
    // A name is passed over as a link by its listing alone; a look would follow it.
    if (file.fault->code == FaultCode::is_a_link) return;
    file.fate.reset();
    file.fault.reset();
  });
}

bool all_proven(const Bundle& bundle) {
  const std::vector<BundleItem> waiting = waiting_items(bundle);
  return !waiting.empty() && std::all_of(waiting.begin(), waiting.end(), [](const BundleItem& one) {
    return one.intent.has_value();
  });
}

namespace {

// A bundle that takes more files.
struct OpenBundle {
  std::size_t place = 0;  // among all
  std::size_t files = 0;
  std::size_t names = 0;    // their octets
  std::uint64_t bytes = 0;  // of those whose size is known

  bool takes(std::size_t more_names, std::uint64_t more_bytes) const {
    return files < bundle_items_max && names + more_names <= bundle_names_max &&
           bytes + more_bytes <= bundle_bytes_max;
  }
};

}  // namespace

std::vector<std::vector<NewFile>> cut_into_bundles(std::vector<NewFile> files) {
  std::vector<std::vector<NewFile>> bundles;
  std::map<std::pair<Endpoint, Endpoint>, OpenBundle> open;  // by link
  for (NewFile& file : files) {
    if (stands_alone(file)) {
      bundles.emplace_back().push_back(std::move(file));
      continue;
    }
    const std::size_t names = file.source.path.size() + file.destination.path.size();
    const std::uint64_t bytes = file.passed_over ? 0 : file.size.value_or(0);
    OpenBundle& bundle = open[{file.source.endpoint, file.destination.endpoint}];
    if (bundle.files == 0 || !bundle.takes(names, bytes)) {
      bundle = {bundles.size()};
      bundles.emplace_back();
    }
    ++bundle.files;
    bundle.names += names;
    bundle.bytes += bytes;
    bundles[bundle.place].push_back(std::move(file));
  }
  return bundles;
}

Bundle bundle_of(const std::vector<NewFile>& files) {
  std::vector<BundleFile> made;
  made.reserve(files.size());
  for (const NewFile& file : files) {
    BundleFile one;
    one.source = file.source.path;
    one.destination = file.destination.path;
    one.size = file.size;
    one.wanted = file.checksum;
    one.modify = file.modify;
    one.is_folder = file.is_folder;
    if (file.passed_over) fail_file(one, *file.passed_over);
    made.push_back(std::move(one));
  }
  return Bundle(made);
}

}  // namespace rft
