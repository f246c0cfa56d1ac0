// rft receipt, verify-receipt.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <istream>
#include <memory>
#include <ostream>

#include "base/text.h"
#include "cli/context.h"
#include "cli/figures.h"
#include "cli/files.h"
#include "cli/move_list.h"
#include "cli/progress.h"
#include "cli/watch.h"
#include "cli/whole_text.h"
#include "receipt/checker.h"

namespace rft::cli {
namespace {

namespace json = boost::json;

constexpr int exit_not_good = 1;
constexpr std::size_t fingerprint_digits = 64;

struct Wanted {
  std::string handle;
  std::string out;  // empty: standard output
};

Error cannot(std::string_view what, const std::string& path) {
  return {Code::invalid_request,
          fmt::format("{} cannot be {}: {}", path, what, std::strerror(errno))};
}

Result<void> write_receipt(Client& client, const std::string& handle, std::ostream& out) {
  return client.receipt(handle, [&out](std::string_view line) { out << line; });
}

// Under the name that was asked for stands a whole receipt, or what stood there before.
Result<void> write_file(Client& client, const Wanted& wanted) {
  const std::string next = wanted.out + ".part";
  std::ofstream out(next, std::ios::binary | std::ios::trunc);
  if (!out) return tl::unexpected(cannot("written", next));
  Result<void> done = write_receipt(client, wanted.handle, out);
  out.close();
  if (done && !out) done = tl::unexpected(cannot("written", next));
  if (done && std::rename(next.c_str(), wanted.out.c_str()) != 0) {
    done = tl::unexpected(cannot("written", wanted.out));
  }
  if (!done) std::remove(next.c_str());
  return done;
}

void receipt_of(Context& context, const Wanted& wanted) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto done = wanted.out.empty() ? write_receipt(*client, wanted.handle, context.terminal.out)
                                       : write_file(*client, wanted);
  if (!done) context.failed(wanted.handle, done.error());
}

struct Check {
  std::string path;  // "-": standard input
  std::string key;   // a fingerprint; empty: whichever the receipt names
  bool against = false;
};

FileCounts counts_of(const receipt::Totals& totals) {
  FileCounts counts;
  counts.total = totals.files;
  counts.waiting = totals.waiting;
  counts.done = totals.done;
  counts.failed = totals.failed;
  counts.skipped = totals.skipped;
  return counts;
}

std::string good_text(const receipt::Summary& summary, bool pinned) {
  std::string text =
      fmt::format("good: {} of '{}' ({}): {}, {} done\nmade {}, signed with the key {}\n",
                  files_text(summary.totals.files), shown(summary.handle), shown(summary.status),
                  counts_text(counts_of(summary.totals)), bytes(summary.totals.bytes_done),
                  shown(summary.made_at), summary.fingerprint);
  if (!summary.complete) {
    text += "Not every folder was listed: there may be files that it does not tell of.\n";
  }
  if (!pinned) {
    text +=
        "The key was taken from the receipt itself, so anybody may have signed it: compare it with "
        "'rft service key', or name the one you trust with --key.\n";
  }
  return text;
}

json::object good_json(const receipt::Summary& summary, bool pinned) {
  const receipt::Totals& totals = summary.totals;
  return {{"good", true},
          {"handle", summary.handle},
          {"status", summary.status},
          {"made_at", summary.made_at},
          {"fingerprint", summary.fingerprint},
          {"pinned", pinned},
          {"files", totals.files},
          {"waiting", totals.waiting},
          {"done", totals.done},
          {"failed", totals.failed},
          {"skipped", totals.skipped},
          {"bytes_done", totals.bytes_done},
          {"complete", summary.complete}};
}

void not_good(Context& context, const Error& error) {
  if (context.json) {
    context.terminal.out << json::object{{"good", false}, {"reason", shown(error.detail)}} << '\n';
  }
  context.terminal.err << "rft: the receipt is not good: " << shown(error.detail) << '\n';
  context.ended(exit_not_good);
}

// Whether the files that are done in it are at their destinations as they were. What is not is
// listed; the service asks the servers, and the record of its asking stays with it.
void hold_against_servers(Context& context, const std::string& path) {
  TransferSpec spec;
  spec.handle = new_handle();
  spec.kind = TransferSpec::Kind::list;
  spec.options["act"] = "check";
  spec.options["label"] = "verify-receipt";
  auto client = watching_client(context);
  if (!client) return context.failed(client.error());
  const auto listed = submit_list(context, *client, spec, {path, ListFormat::receipt, true});
  if (!listed) return;
  const auto committed = client->commit(listed->handle);
  if (!committed) return context.failed(listed->handle, committed.error());
  watch(context, *client, {listed->handle});
  if (context.exit == 0 || context.exit == exit_interrupted) return;
  list_files(context, *client, listed->handle, "failed");
}

// Off-line, unless `against` says otherwise: neither a service nor a server is asked.
void verify(Context& context, const Check& wanted) {
  std::ifstream file;
  const bool standard_input = wanted.path == "-";
  if (!standard_input) file.open(wanted.path, std::ios::binary);
  if (!standard_input && !file) return context.failed(cannot("opened", wanted.path));
  if (standard_input && wanted.against) {
    return context.failed(
        {Code::invalid_request, "--against reads the receipt twice: give it as a file"});
  }
  const auto summary = receipt::check(standard_input ? context.terminal.in : file, wanted.key);
  if (!summary) return not_good(context, summary.error());
  const bool pinned = !wanted.key.empty();
  if (context.json) {
    context.terminal.out << good_json(*summary, pinned) << '\n';
  } else {
    context.terminal.out << good_text(*summary, pinned);
  }
  if (!wanted.against) return;
  if (summary->totals.done > 0) return hold_against_servers(context, wanted.path);
  context.terminal.err
      << "No file of the receipt is done, so there is none to ask the servers for.\n";
}

std::string is_fingerprint(const std::string& word) {
  const bool digits = word.size() == fingerprint_digits && hex_decode(word).has_value();
  return digits ? "" : "a fingerprint has 64 hex digits, as 'rft service key' shows it";
}

}  // namespace

void add_receipt(CLI::App& app, Context& context) {
  CLI::App* receipt = app.add_subcommand(
      "receipt",
      "Print the signed receipt of a transfer that has ended: what became of each file, with sizes "
      "and checksums. 'rft copy --from' takes it as a list.");
  auto wanted = std::make_shared<Wanted>();
  receipt->add_option("handle", wanted->handle)->required();
  receipt->add_option("--out", wanted->out, "write it there; a file of this name is replaced")
      ->type_name("FILE");
  receipt->callback([&context, wanted] { receipt_of(context, *wanted); });

  CLI::App* verify_receipt = app.add_subcommand("verify-receipt",
                                                "Check off-line that a receipt is whole and as it "
                                                "was signed. Exit code 1 where it is not, or "
                                                "where a file is not as it says (--against).");
  auto check = std::make_shared<Check>();
  verify_receipt->add_option("file", check->path, "the receipt; - for standard input")->required();
  verify_receipt
      ->add_option("--key", check->key, "the fingerprint of the one key that may have signed it")
      ->type_name("FINGERPRINT")
      ->check(is_fingerprint);
  verify_receipt->add_flag("--against", check->against,
                           "then ask the servers whether the files that are done in it are still "
                           "there with these sizes and checksums; their sources are not needed");
  verify_receipt->callback([&context, check] { verify(context, *check); });
}

}  // namespace rft::cli
