// What is said of folders, cut into words that the wire takes. Pure.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mover/limits.h"
#include "mover/lister.h"
#include "wire/message.h"

namespace rft::mover {

// What a word still takes.
struct WordRoom {
  std::size_t folders = bundle_items_max;
  std::size_t items = bundle_items_max;     // in them
  std::size_t names = list_word_names_max;  // bytes
  bool is_full() const { return folders == 0 || items == 0 || names == 0; }
  void take_folder(std::size_t bytes);
  // False: it does not go into this word, which has some already.
  bool take_item(std::size_t bytes);
};

bool is_link(EntryKind kind);
bool may_be_folder(EntryKind kind);
// Why nothing can be asked for it, whatever it is.
std::optional<Fault> why_unusable(const Entry& entry, const Url& url);

// By the names of links: why they are not followed.
using NotFollowed = std::map<std::string, Fault, std::less<>>;

class FolderWords {
 public:
  // `source`: the order's, which ends with '/'. What stands up to due.after is left out, and so are
  // part files of ours.
  FolderWords(const Url& source, Links links, FolderDue due, std::vector<Entry> entries,
              NotFollowed not_followed = {});
  // What of it goes into a word that has so much room; the piece with `whole` is the last.
  Listed next(WordRoom& room);

 private:
  std::optional<Fault> why_passed_over(const Entry& entry, const Url& url) const;

  Url folder_;
  Links links_;
  FolderDue due_;
  std::size_t root_size_;  // of the path that leads to the order's source
  std::vector<Entry> entries_;
  NotFollowed not_followed_;
  std::size_t at_ = 0;  // the entry that is said next
};

// A folder of which nothing is known but why.
Listed folder_passed_over(const FolderDue& due, Fault why);

// The folder's path as the server takes it: without a '/' at its end; "." is the log-in folder.
std::string folder_name(const Url& source, const FolderDue& due);

// How many folders are asked for at once, after so many that brought so many entries. Many small
// ones are quick that way; large ones come alone, so that memory holds one of them.
std::size_t next_ahead(std::size_t ahead, std::size_t listed, std::size_t entries);

}  // namespace rft::mover
