// Bundle: the many small files of one transfer, and what became of each.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "wire/message.h"

namespace rft {

// A file of a bundle, or an empty folder. Its number is its place in the bundle.
struct BundleFile {
  std::string source;  // paths at the two endpoints of the bundle, percent-encoded
  std::string destination;
  std::optional<std::uint64_t> size;      // as it was listed; of one with an outcome: as it is
  WantedChecksum wanted{};                // the user's
  std::optional<PublishIntent> intent{};  // saved before the order to rename (design 5.6)
  std::optional<Fate> fate{};             // none: it waits
  std::optional<Checksum> checksum{};     // proven
  Verdict verdict = Verdict::none;
  bool adopted = false;
  std::optional<Fault> fault{};  // of a failed one
  bool is_folder = false;        // one that is made, for nothing in it is moved; paths end with '/'
  std::string modify{};          // of one that is to be removed: as it was listed
  bool final_name_is_ours = false;  // in_place: we began to write it
  bool operator==(const BundleFile&) const = default;
};

// Sums over files and empty folders. Those that are moved apart are counted where they are moved.
// Of a plan `done` and `bytes_done` are what would be moved, and `deleted` what would be deleted.
struct Tally {
  std::uint64_t files = 0;
  std::uint64_t done = 0, failed = 0, skipped = 0;
  std::uint64_t bytes = 0;       // of all whose size is known
  std::uint64_t bytes_done = 0;  // of the done
  std::uint64_t deleted = 0;     // by delete_extra; these have no bytes here
  // That are not whole yet; and folders that have still to get their modes and times.
  std::uint64_t listings = 0;
  std::uint64_t bytes_failed = 0, bytes_skipped = 0;
  std::uint64_t unsized = 0;     // files that wait and whose size is not known
  std::uint64_t bytes_sent = 0;  // by all attempts
  // Files that the source has: no folders, and nothing that was passed over or cannot be moved.
  std::uint64_t real_files = 0;
  Tally& operator+=(const Tally& other);
  Tally& operator-=(const Tally& other);
  bool operator==(const Tally&) const = default;
  std::uint64_t ended() const { return done + failed + skipped + deleted; }
  std::uint64_t bytes_ended() const { return bytes_done + bytes_failed + bytes_skipped; }
};

// What a tally counts files as. Those that wait are the rest.
enum class Counted : std::uint8_t { waiting, done, failed, skipped, deleted };
std::uint64_t count_of(const Tally& tally, Counted as);

// A value whose copies share their content, which is packed: about 80 octets a file, as in a row of
// the store. So a million files that wait are some 80 MB in memory.
class Bundle {
 public:
  Bundle() = default;
  explicit Bundle(const std::vector<BundleFile>& files);

  std::vector<BundleFile> files() const;  // unpacked anew at each call
  bool empty() const { return content_ == nullptr; }
  Tally tally() const { return content_ ? content_->tally : Tally{}; }
  bool operator==(const Bundle& other) const { return bytes_form() == other.bytes_form(); }

  // Octets for a column, valid as long as this is; and back. Nothing where they are no bundle.
  std::string_view bytes_form() const { return content_ ? content_->packed : std::string_view(); }
  static std::optional<Bundle> from_bytes_form(std::string_view bytes);

 private:
  struct Content {
    std::string packed;
    Tally tally;
  };
  std::shared_ptr<const Content> content_;
};

// Some files wait, and all that do have an intent.
bool all_proven(const Bundle& bundle);

// The items of an order: the files that wait, and the leftovers of a ledger's entry.
std::vector<BundleItem> waiting_items(const Bundle& bundle);
std::vector<BundleItem> ended_items(const Bundle& bundle);

// Changed copies.
Bundle with_outcomes(const Bundle& bundle, const std::vector<ItemOutcome>& outcomes);
Bundle with_intents(const Bundle& bundle, const std::vector<VerifiedItem>& verified);
Bundle without_intents(const Bundle& bundle);
Bundle with_bad_sources_skipped(const Bundle& bundle);  // by the option skip_errors
Bundle with_links_skipped(const Bundle& bundle);        // by the option links
Bundle with_failed_skipped(const Bundle& bundle);       // what cannot be deleted is left, and told
Bundle all_waiting_would_delete(const Bundle& bundle);
// Those that wait, each with its own fault where it has one.
Bundle all_waiting_failed(const Bundle& bundle, const Fault& fault,
                          const std::vector<ItemFault>& own = {});
Bundle with_final_names_ours(const Bundle& bundle, const std::vector<std::uint32_t>& numbers);
Bundle failed_waiting_again(const Bundle& bundle);  // for a commit of a failed request

// What is asked to be moved: a line of a manifest, or a file that a listing named.
struct NewFile {
  Url source;
  Url destination;
  std::optional<std::uint64_t> size{};
  WantedChecksum checksum{};
  std::optional<Fault> passed_over{};  // it cannot be moved, and this is why
  bool is_folder = false;              // as of a BundleFile
  std::string modify{};                // of one that is to be removed: as it was listed
  bool operator==(const NewFile&) const = default;
};

// Cut into bundles of one link each, within bundle_items_max, bundle_names_max and
// bundle_bytes_max; in the order of their first files. What is known to be as large as
// bundle_file_max stands alone.
std::vector<std::vector<NewFile>> cut_into_bundles(std::vector<NewFile> files);
Bundle bundle_of(const std::vector<NewFile>& files);

}  // namespace rft
