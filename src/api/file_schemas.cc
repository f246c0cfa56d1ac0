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
           {"checksum", text, optional, "ALGORITHM:hex, where it is known"},
           {"kind",
            words,
            optional,
            "folder: it is made at the destination, and nothing that is in it is moved; file where "
            "absent",
            {},
            {"file", "folder"}}}};
}

Schema answer() {
  return {"FilesAnswer",
          "either a chunk of lines (`lines`), added or with `code` refused as a whole (where one "
          "line is why, with its `line`), or a line of one that was refused by itself (`line` "
          "alone)",
          {{"lines", integer, optional, "of the chunk, with those that were refused"},
           {"added", integer, optional, "files that the list did not have yet"},
           {"files", integer, optional, "that it has now"},
           {"line", integer, optional, "its number in the body, from 1"},
           {"code", words, optional, "as of Problem", {}, codes()},
           {"detail", text, optional, "what is wrong and what to do"}}};
}

Schema counts() {
  return {
      "FileCounts",
      "the files of a list or a tree, by what became of them",
      {{"total", integer, required, ""},
       {"waiting", integer, required, ""},
       {"active", integer, required, "those that a mover has"},
       {"done", integer, required, ""},
       {"failed", integer, required, ""},
       {"skipped", integer, required, ""},
       {"would_move", integer, required, "of a plan (act=plan), which moves nothing"},
       {"deleted", integer, required,
        "by delete_extra; those that are to be deleted are in the total as soon as they are found"},
       {"would_delete", integer, required, "of a plan with delete_extra"},
       {"bytes", integer, required, "of all whose size is known and that are moved"},
       {"bytes_waiting", integer, required, ""},
       {"bytes_active", integer, required, "what is done of a file that moves is still among them"},
       {"bytes_done", integer, required, ""},
       {"bytes_failed", integer, required, ""},
       {"bytes_skipped", integer, required, ""},
       {"bytes_would_move", integer, required, "of a plan"},
       {"listing", boolean, required, "more files may still be found"}}};
}

Schema entry() {
  return {
      "FileEntry",
      "one file of a request; or a folder, with '/' at its end, of which nothing is moved, or "
      "that could not be listed",
      {{"source", text, required, "its URL"},
       {"destination", text, required, "its URL"},
       {"kind",
        words,
        required,
        "folder: one of which nothing is moved, made at the destination",
        {},
        {"file", "folder"}},
       {"status",
        words,
        required,
        "would_move: by a plan, which says skipped of a file that is there already and failed "
        "of one that something stands in the way of; deleted and would_delete: by delete_extra, "
        "of a file that the source has not, whose source is named as its destination",
        {},
        listed(file_status_words)},
       {"size", integer, nullable, "null until it is known"},
       {"checksum", object, nullable, "", "Checksum"},
       {"adopted", boolean, required,
        "done because an identical file stood there; of a plan, skipped for that"},
       {"fault", object, nullable, "", "Fault"}}};
}

Schema receipt_line() {
  return {"ReceiptLine",
          "the header (`receipt`), a file (`n`), the seal (`seal`), or why the receipt has none "
          "(`code`)",
          {{"receipt", integer, optional, "version of the form"},
           {"request", object, optional, "facts of its record", "ReceiptRequest"},
           {"made_at", time, optional, ""},
           {"public_key", text, optional, "base64 of an Ed25519 SubjectPublicKeyInfo (RFC 8410)"},
           {"fingerprint", text, optional, "SHA-256 of that, in hex"},
           {"n", integer, optional, "from 1, without gaps"},
           {"previous", text, optional, "SHA-256 of the line before, with its LF, in hex"},
           {"source", text, optional, "URL"},
           {"destination", text, optional, "URL"},
           {"kind", words, optional, "folder; absent of a file", {}, {"folder"}},
           {"status", words, optional, "", {}, listed(file_status_words)},
           {"size", integer, optional, "bytes, or null"},
           {"checksum", text, optional, "ALGORITHM:hex, or null"},
           {"verdict", text, optional, "verified, size_only, not_verified or none"},
           {"adopted", boolean, optional, "an identical file stood there"},
           {"attempts", integer, optional, "of its bundle, where it was moved in one"},
           {"started_at", time, optional, "the same; or null"},
           {"finished_at", time, optional, "the same; or null"},
           {"fault", object, optional, "or null", "Fault"},
           {"seal", integer, optional, "version of the form"},
           {"files", integer, optional, "lines of files"},
           {"waiting", integer, optional, ""},
           {"done", integer, optional, ""},
           {"failed", integer, optional, ""},
           {"skipped", integer, optional, ""},
           {"bytes_done", integer, optional, ""},
           {"complete", boolean, optional, "false where a folder of a tree was not listed"},
           {"signature", text, optional, "base64, of all of this line before it"},
           {"code", words, optional, "as of Problem", {}, codes()},
           {"detail", text, optional, "what is wrong and what to do"}}};
}

Schema receipt_request() {
  return {"ReceiptRequest",
          "by the names of Record",
          {{"handle", text, required, ""},
           {"id", uuid, required, ""},
           {"owner", text, required, ""},
           {"kind", words, required, "", {}, kinds()},
           {"source", text, required, "its URL"},
           {"destination", text, required, "its URL"},
           {"status", words, required, "", {}, statuses()},
           {"fault", object, nullable, "", "Fault"},
           {"label", text, required, ""},
           {"submitted_at", time, required, ""},
           {"committed_at", time, nullable, ""},
           {"started_at", time, nullable, ""},
           {"finished_at", time, nullable, ""},
           {"options", object, required, "without the patterns", "Options"}}};
}

Schema service() {
  return {"Service",
          "",
          {{"instance", text, required, "as of Version"},
           {"algorithm", text, required, "Ed25519"},
           {"public_key", text, required, "as in the header of a receipt"},
           {"fingerprint", text, required, "as in the header of a receipt"}}};
}

}  // namespace

std::vector<Schema> file_schemas() {
  return {request(),
          answer(),
          counts(),
          entry(),
          receipt_line(),
          receipt_request(),
          service(),
          {"FilePage",
           "in the order in which the files became known",
           {{"files", list, required, "perhaps fewer than the limit, even none", "FileEntry"},
            {"next", text, nullable, "for `after`; null on the last page"}}}};
}

}  // namespace rft::api
