#include "api/file_schemas.h"

#include "api/file_status.h"
#include "api/schema_words.h"

namespace rft::api {
namespace {

using enum Type;
using enum Presence;

Schema request() {
  return {"FileRequest",
          "one more file of a list: paths below the two folders of the request, or URLs",
          {{"source", text, required, "percent-encoded, as in a URL"},
           {"destination", text, optional, "the same path as the source where absent"},
           {"size", integer, optional, "bytes, where they are known"},
           {"checksum", text, optional, "ALGORITHM:hex, where it is known"}}};
}

Schema answer() {
  return {"FilesAnswer",
          "either a chunk of lines (`lines`), added or with `code` refused as a whole, or a line "
          "of one that was refused by itself (`line`)",
          {{"lines", integer, optional, "of the chunk, with those that were refused"},
           {"added", integer, optional, "files that the list did not have yet"},
           {"files", integer, optional, "that it has now"},
           {"line", integer, optional, "its number in the body, from 1"},
           {"code", words, optional, "as of Problem", {}, codes()},
           {"detail", text, optional, "what is wrong and what to do"}}};
}

Schema counts() {
  return {"FileCounts",
          "the files of a list or a tree, by what became of them",
          {{"total", integer, required, ""},
           {"waiting", integer, required, "those that move are among them"},
           {"done", integer, required, ""},
           {"failed", integer, required, ""},
           {"skipped", integer, required, ""},
           {"bytes", integer, required, "of all whose size is known"},
           {"bytes_done", integer, required, ""},
           {"listing", boolean, required, "more files may still be found"}}};
}

Schema entry() {
  return {"FileEntry",
          "one file of a request; a folder, with '/' at its end, where that could not be listed",
          {{"source", text, required, "its URL"},
           {"destination", text, required, "its URL"},
           {"status", words, required, "", {}, listed(file_status_words)},
           {"size", integer, nullable, "null until it is known"},
           {"checksum", object, nullable, "", "Checksum"},
           {"adopted", boolean, required, "done because an identical file stood there"},
           {"fault", object, nullable, "", "Fault"}}};
}

}  // namespace

std::vector<Schema> file_schemas() {
  return {request(),
          answer(),
          counts(),
          entry(),
          {"FilePage",
           "in the order in which the files became known",
           {{"files", list, required, "perhaps fewer than the limit, even none", "FileEntry"},
            {"next", text, nullable, "for `after`; null on the last page"}}}};
}

}  // namespace rft::api
