// What a destination has and its source has not, for the option delete_extra. Pure.
//
// What decides is the list of names that the source's listing showed, kept in the store with the
// parts that it made: a name that is in it is never deleted, whatever becomes of the source later.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "core/bundle.h"
#include "core/transfer.h"

namespace rft {

// Of a name below the root of a tree; a folder's ends with '/'. 16 bytes. Names that differ in the
// case of ASCII letters alone count as one, for a destination may hold them for one.
std::string name_digest(std::string_view path);

// Of what the source's listing passed over, given with '/' or without: all below it stays, for what
// the source has there is not known.
std::string below_digest(std::string_view path);

// Digests of all that a piece of the source's listing names. What was passed over may stand at the
// destination as a file or as a folder, and counts as both.
std::vector<std::string> names_of(const Listed& listed);

// What is to be known of a piece of the destination's listing, as digests: of its folder and those
// above it, from the root down, name and what is below it, then of its files, then of what it
// passed over.
std::vector<std::string> names_asked(const Listed& listed);
std::vector<std::string> names_asked(const FoldersListed& listed);  // of one piece after the other

// Those of the piece's files that the source has not, by what is known of names_asked(). The source
// of each is the last folder of its path that the source has: those below it may go when they are
// empty. Names that are no files' are passed over, for people to look at.
std::vector<NewFile> extras_of(const Request& listing, const Listed& listed,
                               const std::vector<bool>& known);

}  // namespace rft
