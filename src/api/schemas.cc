// The registry of shapes. What a field means is told once, here.
#include "api/file_schemas.h"
#include "api/limit_schemas.h"
#include "api/schema.h"
#include "api/schema_words.h"
#include "core/transfer.h"

namespace rft::api {
namespace {

using enum Type;
using enum Presence;

Schema problem() {
  return {"Problem",
          "why a call was refused (RFC 9457)",
          {{"type", text, required, "always about:blank: `code` tells the kind"},
           {"title", text, required, "the sentence of the code"},
           {"status", integer, required, "the HTTP status"},
           {"code", words, required, "the stable word to act on", {}, codes()},
           {"detail", text, required, "what is wrong and what to do"}}};
}

Schema options() {
  return {
      "Options",
      "what is asked of a transfer beyond its two URLs",
      {{"existing",
        words,
        optional,
        "what to do where something stands under the destination's name",
        {},
        listed(existing_words)},
       {"checksum", text, optional, "ALGORITHM, or ALGORITHM:hex where the value is known"},
       {"verify", words, optional, "how the delivered file is proven", {}, listed(verify_words)},
       {"publish",
        words,
        optional,
        "rename a part file at the end, or write in place",
        {},
        listed(publish_words)},
       {"data_channel",
        words,
        optional,
        "how the data channel is secured",
        {},
        listed(data_channel_words)},
       {"resume",
        words,
        optional,
        "strict: never go on in a part whose last flow's end was not seen",
        {},
        listed(resume_words)},
       {"finish_by", time, optional, "no new try starts after it"},
       {"max_tries", integer, optional, "1 to 1000"},
       {"label", text, optional, "at most 256 bytes, for people"},
       {"streams_max", integer, optional, "1 to 64 parallel TCP streams"},
       {"parents", words, optional, "make missing folders, or fail", {}, listed(parents_words)},
       {"sync",
        words,
        optional,
        "move only what is not at the destination (missing), or differs there by size, by size or "
        "a younger source (mtime), or by checksum; the rest is skipped",
        {},
        listed(sync_words)},
       {"preserve", texts, optional,
        "what files, and the folders of a tree, keep of their sources: mode (the permissions, no "
        "set-user-id, set-group-id or sticky bit) and times (of the last change)"},
       {"links",
        words,
        optional,
        "of a tree: what a symbolic link leads to is moved under its name (follow, the default; "
        "one that makes a loop fails), or every link is left out and listed as skipped (skip) or "
        "as failed (fail)",
        {},
        listed(links_words)},
       {"act",
        words,
        optional,
        "plan: look and compare only, and tell what a move would do; nothing is changed at either "
        "side; check: compare what stands at the destination, which is named as the source too, "
        "with "
        "the sizes and checksums that the request gives",
        {},
        {"move", "plan", "check"}},
       {"skip_errors", boolean, optional, "a source that cannot be read is skipped, not failed"},
       {"all_or_none", boolean, optional,
        "of many files: none gets its final name before all are proven, and none at all where one "
        "fails; not with publish=in_place or verify=none"},
       {"delete_extra", boolean, optional,
        "of a tree: when all its files are at the destination, files that are there and not at the "
        "source are deleted, and folders that this emptied; asked for here is confirmed; with "
        "act=plan they are only listed; not with skip_errors"},
       {"include", texts, optional, "patterns: only these files of a tree"},
       {"exclude", texts, optional, "patterns: not these files of a tree"},
       {"source_credential", uuid, optional, "the credential for the source"},
       {"destination_credential", uuid, optional, "the credential for the destination"}}};
}

Schema submit() {
  return {"SubmitRequest",
          "a transfer to be made",
          {{"handle", text, optional,
            "the caller's name for it and its idempotency key; made by the service where absent; "
            "needed in a batch"},
           {"kind",
            words,
            optional,
            "file where absent; of list and tree the two URLs are folders: a list's files are "
            "given before its commit, a tree's are all below its source",
            {},
            kinds()},
           {"source", text, required, "gsiftp://host[:2811]/path or ftp://host[:21]/path"},
           {"destination", text, required, "as source"},
           {"priority", integer, optional, "0 to 100, higher first; 50 where absent"},
           {"commit", boolean, optional, "commit it in the same durable step"},
           {"options", object, optional, "", "Options"}}};
}

Schema priority() {
  return {"PriorityRequest",
          "either a number or an operation",
          {{"priority", integer, optional, "0 to 100"},
           {"operation",
            words,
            optional,
            "push: ahead of all that the owner has waiting; the others move by 10",
            {},
            {"push", "increase", "decrease"}}}};
}

Schema answer() {
  return {"Answer",
          "yes to a changing call",
          {{"handle", text, required, ""},
           {"status", words, required, "after the call; user_stop after clear", {}, statuses()},
           {"stopping", boolean, required, "active, asked to stop"},
           {"created", boolean, required, "the call made a new transfer"},
           {"priority", integer, required, ""}}};
}

Schema batch_answer() {
  return {"BatchAnswer",
          "a line of a batch's answer: the members of Answer, or the handle and an error",
          {{"handle", text, nullable, "null where the line names none"},
           {"status", words, optional, "", {}, statuses()},
           {"stopping", boolean, optional, ""},
           {"created", boolean, optional, ""},
           {"priority", integer, optional, ""},
           {"error", object, optional, "", "BatchError"}}};
}

Schema batch_error() {
  return {"BatchError",
          "why a line of a batch was refused",
          {{"code", words, required, "as of Problem", {}, codes()},
           {"detail", text, required, ""},
           {"status", integer, required, "the HTTP status that the call would have had alone"}}};
}

Schema fault() {
  return {"Fault",
          "what went wrong with a transfer",
          {{"code", words, required, "", {}, fault_codes()},
           {"side", words, required, "", {}, words_of<Side>(4)},
           {"doing", words, required, "what was being done", {}, doings()},
           {"reply", text, required, "the server's own words"},
           {"detail", text, required, "ours"},
           {"remedy", words, required, "", {}, words_of<Remedy>(4)},
           {"sentence", text, required, "all of it, for people"}}};
}

Schema checksum() {
  return {"Checksum",
          "how the delivered file was proven",
          {{"algorithm", text, nullable, ""},
           {"value", text, nullable, "hexadecimal, lower case"},
           {"verdict", words, required, "", {}, listed(verdict_words)}}};
}

// The figures that the record and the short status share.
std::vector<Field> figures() {
  return {{"handle", text, required, ""},
          {"status", words, required, "", {}, statuses()},
          {"stopping", boolean, required, "active, asked to stop"},
          {"hold", words, required, "why it does not move", {}, holds()},
          {"hold_detail", text, required, "what exactly is waited for"},
          {"fault", object, nullable, "of the last try that failed, or of the end", "Fault"},
          {"bytes_confirmed", integer, required, "stand at the destination"},
          {"bytes_sent", integer, required,
           "left the source, all tries together; of a list or a tree as bytes_confirmed"},
          {"size", integer, nullable,
           "null until the source was looked at; of a list or a tree of all files whose size is "
           "known"},
          {"rate", integer, required, "bytes a second, now"},
          {"eta", integer, nullable, "seconds to go at this rate"},
          {"eta_is_least", boolean, required,
           "it takes at least so long: more files may be found, or the sizes of some that wait are "
           "not known yet"},
          {"streams", integer, required, "parallel TCP streams"},
          {"doing", words, required, "", {}, doings()},
          {"kind", words, required, "what the request is of", {}, kinds()},
          {"files", object, nullable, "of a list or a tree", "FileCounts"}};
}

Schema record() {
  std::vector<Field> fields = figures();
  const std::vector<Field> more{
      {"id", uuid, required, "this life of the handle"},
      {"owner", text, required, ""},
      {"source", text, required, ""},
      {"destination", text, required, ""},
      {"priority", integer, required, ""},
      {"not_before", time, nullable, "no try before this"},
      {"attempts", integer, required, ""},
      {"epoch", integer, required, "counts the orders to move"},
      {"bytes_resent", integer, required, "sent more than once"},
      {"checksum", object, nullable, "", "Checksum"},
      {"adopted", boolean, required, "done because an identical file stood there"},
      {"skipped", boolean, required, "done because what stood there is as good, by `sync`"},
      {"label", text, required, ""},
      {"options", object, required, "those that are not as by default", "Options"},
      {"submitted_at", time, required, ""},
      {"committed_at", time, nullable, ""},
      {"started_at", time, nullable, ""},
      {"finished_at", time, nullable, ""}};
  fields.insert(fields.end(), more.begin(), more.end());
  return {"Record", "a transfer, whole", std::move(fields)};
}

Schema event() {
  return {"Event",
          "a change: when, who and why",
          {{"seq", integer, required, "grows; the id in the event stream"},
           {"at", time, required, ""},
           {"who", text, required, ""},
           {"what", text, required, "submitted, committed, started, ..."},
           {"why", text, required, "may be empty"},
           {"status", words, required, "after it", {}, statuses()},
           {"hold", words, required, "", {}, holds()},
           {"epoch", integer, required, ""},
           {"fault", object, nullable, "", "Fault"},
           {"handle", text, optional, "in the event stream"}}};
}

Schema attempt() {
  return {
      "Attempt",
      "one try",
      {{"epoch", integer, required, ""},
       {"mover", text, required, ""},
       {"started_at", time, required, ""},
       {"ended_at", time, nullable, ""},
       {"bytes_resumed", integer, required, "stood there before it"},
       {"bytes_sent", integer, required, ""},
       {"flow_end", words, required, "whether the flow's end was seen", {}, listed(flow_end_words)},
       {"fault", object, nullable, "", "Fault"}}};
}

Schema why() {
  return {"Why",
          "the exact answer to: why is it waiting?",
          {{"handle", text, required, ""},
           {"status", words, required, "", {}, statuses()},
           {"hold", words, required, "", {}, holds()},
           {"sentence", text, required, "complete, for people"},
           {"until", time, nullable, "when it is looked at again"},
           {"ahead", integer, nullable, "transfers of the same owner that go first"},
           {"fault", object, nullable, "", "Fault"}}};
}

Schema credential_request() {
  return {"CredentialRequest",
          "an x509_proxy takes pem and path; a password takes endpoint, user and password",
          {{"kind", words, required, "", {}, words_of<CredentialKind>(2)},
           {"pem", secret, optional, "certificate, key and chain"},
           {"path", text, optional, "the file that it came from: read again when that changes"},
           {"endpoint", text, optional, "scheme://host:port that the password is for"},
           {"user", text, optional, ""},
           {"password", secret, optional, ""}}};
}

Schema credential() {
  return {"Credential",
          "what is known of a credential; its secret is never given",
          {{"id", uuid, required, ""},
           {"kind", words, required, "", {}, words_of<CredentialKind>(2)},
           {"subject", text, required, "the identity, or the user's name"},
           {"endpoint", text, nullable, "of a password"},
           {"not_after", time, nullable, ""},
           {"path", text, required, "empty where it came from no file"},
           {"added_at", time, required, ""},
           {"renewed_at", time, required, ""}}};
}

Schema link() {
  return {"Link",
          "from one endpoint to another",
          {{"source", text, required, ""},
           {"destination", text, required, ""},
           {"active", integer, required, ""},
           {"waiting", integer, required, ""},
           {"rate", integer, required, "bytes a second"}}};
}

Schema endpoint() {
  return {"Endpoint",
          "a server as the breaker sees it",
          {{"endpoint", text, required, ""},
           {"down", boolean, required, "no new sessions until a probe succeeds"},
           {"down_since", time, nullable, ""},
           {"next_probe", time, nullable, ""},
           {"fault", object, nullable, "", "Fault"}}};
}

std::vector<Schema> all() {
  std::vector<Schema> schemas{
      problem(),
      options(),
      submit(),
      priority(),
      {"Nothing", "an empty object", {}},
      answer(),
      batch_answer(),
      batch_error(),
      fault(),
      checksum(),
      record(),
      {"Status", "a transfer, short", figures()},
      {"RecordPage",
       "newest submission first",
       {{"transfers", list, required, "", "Record"},
        {"next", text, nullable, "for `after`; null where there are no more"}}},
      event(),
      attempt(),
      {"History",
       "of the handle's current life, or of the id that was asked for",
       {{"events", list, required, "oldest first", "Event"},
        {"attempts", list, required, "", "Attempt"}}},
      why(),
      credential_request(),
      credential(),
      {"CredentialList", "", {{"credentials", list, required, "", "Credential"}}},
      link(),
      endpoint(),
      {"Links",
       "",
       {{"links", list, required, "of the caller's transfers", "Link"},
        {"endpoints", list, required, "", "Endpoint"}}},
      {"Version",
       "",
       {{"version", text, required, ""},
        {"api", text, required, "v1"},
        {"instance", text, required, "of the database; a restored one has a new instance"},
        {"pid", integer, required, ""}}},
      {"Health", "", {{"ok", boolean, required, ""}}}};
  for (Schema& schema : file_schemas()) schemas.push_back(std::move(schema));
  for (Schema& schema : limit_schemas()) schemas.push_back(std::move(schema));
  return schemas;
}

}  // namespace

const std::vector<Schema>& schemas() {
  static const std::vector<Schema> registry = all();
  return registry;
}

}  // namespace rft::api
