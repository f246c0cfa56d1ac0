// Which symbolic links of a tree are followed, by what is known of what they lead to. Pure.
//
// A link to a folder makes a loop where it leads to a folder on the path that leads to it. What is
// unique of a folder (RFC 3659 7.5.2) tells that for certain, without a memory of what was walked.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mover/list_words.h"
#include "mover/lister.h"
#include "wire/message.h"

namespace rft::mover {

// A folder and what was seen under its name.
struct Seen {
  std::string name;
  Look look;
};

// The folders that a link must not lead to.
struct Forbidden {
  std::vector<Seen> above;        // the link, from the server's root down to the folder it is in
  std::size_t tree = 0;           // above[tree] is the order's source
  std::vector<Seen> destination;  // above the link's copy, and the copy: where they are on one host
};

// What the link is in the tree: a file or a folder. Faults: why it is not followed.
Outcome<EntryKind> judge_link(const Look& target, const Forbidden& forbidden);

// The links of one folder, from what is asked about them to what becomes of them.
class FolderLinks {
 public:
  // Only of those that the order wants, by its patterns, anything is asked.
  FolderLinks(const ListOrder& order, const FolderDue& due, const std::vector<Entry>& entries);
  // What is to be looked at; nothing where there is nothing to ask.
  std::vector<std::string> names() const;
  // `looks`: at names(). What is followed becomes the file or folder that it leads to. Faults:
  // refusals that may pass, of what has to be known.
  Outcome<NotFollowed> resolve(std::vector<Entry>& entries, const std::vector<Look>& looks) const;

 private:
  Forbidden forbidden(const std::vector<Look>& looks) const;

  std::vector<std::size_t> asked_;   // among the entries
  std::vector<std::string> links_;   // their names
  std::vector<std::string> copies_;  // where they would be copied to, on the same host
  std::vector<std::string> above_;   // these as in Forbidden
  std::size_t tree_ = 0;
  std::vector<std::string> destination_;
  NotFollowed never_;  // whatever they lead to
};

// On one host the destination itself may be met below the source, by a path through links. What is
// unique of it tells: it is not copied into itself.
void pass_over_destination(const std::vector<Entry>& entries, std::string_view unique,
                           NotFollowed& not_followed);

// The names of a folder and of those above it, from the root down; its path ends with '/'.
std::vector<std::string> names_down_to(const Url& folder);

}  // namespace rft::mover
