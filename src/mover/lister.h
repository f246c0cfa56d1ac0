// What a ListTask asks of a protocol: the names in a folder. Names are paths as the server takes
// them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mover/protocol.h"

namespace rft::mover {

enum class EntryKind : std::uint8_t {
  file,
  folder,
  // Symbolic links. Where the listing tells what one leads to, it is told of that what is told of
  // files; one that leads nowhere many servers do not name at all.
  link_to_file,
  link_to_folder,
  link,   // the listing does not tell what to
  other,  // a device, a pipe
};

struct Entry {
  std::string name;  // one segment, as bytes; neither "." nor ".." nor with a '/'
  EntryKind kind = EntryKind::other;
  std::optional<std::uint64_t> size{};
  std::string modify{};
  std::optional<std::uint32_t> mode{};
  std::string_view unusable{};  // why the server cannot be asked for this name; a literal
  std::string unique{};         // of a folder, where the server tells it
  bool operator==(const Entry&) const = default;
};

// The entries of one folder in any order, or why there are none.
using Listing = Outcome<std::vector<Entry>>;

class Lister {
 public:
  virtual ~Lister() = default;
  // What stands under each of the names, in their order, links followed. Faults: those of the
  // session; what is refused is that name's own.
  virtual awaitable<Outcome<std::vector<Look>>> look_each(std::vector<std::string> names) = 0;
  // Of the first of `names`, in their order, as many as can be held together (list_entries_max,
  // list_names_max): perhaps of none, where several were asked for. folder_too_large is said only
  // of a folder that was asked for alone. Faults: those of the session, and refusals that may pass.
  virtual awaitable<Outcome<std::vector<Listing>>> list(std::vector<std::string> names) = 0;
};

}  // namespace rft::mover
