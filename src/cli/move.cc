// rft copy, submit, complete: what begins a transfer.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <array>
#include <memory>
#include <ostream>
#include <tuple>

#include "cli/context.h"
#include "cli/figures.h"
#include "cli/files.h"
#include "cli/move_list.h"
#include "cli/progress.h"
#include "cli/record_text.h"
#include "cli/watch.h"

namespace rft::cli {
namespace {

struct NamedOption {
  const char* flag;
  const char* option;  // its name in the API
  const char* takes;
  const char* says;
};

// The service judges the values, so that a newer one may take more words than we know.
constexpr std::array<NamedOption, 16> named_options{{
    {"--existing", "existing", "adopt|overwrite|fail",
     "what to do with a file that stands at the destination: take it if it is identical (adopt, "
     "the "
     "default), replace it at the moment of the rename, or fail"},
    {"--checksum", "checksum", "ALGORITHM[:HEX]",
     "the algorithm to verify with, and the value where it is known"},
    {"--verify", "verify", "checksum|size_only|none",
     "how the delivered file is proven; anything but checksum weakens the promise, and the record "
     "says so"},
    {"--publish", "publish", "rename|in_place",
     "write a part file and rename it (the default), or write under the final name"},
    {"--data-channel", "data_channel", "authenticated|private|clear",
     "how the data connection is secured; authenticated is the default with gsiftp"},
    {"--resume", "resume", "presumed|strict",
     "strict goes on inside a part file only where the end of its last flow was seen"},
    {"--finish-by", "finish_by", "TIME", "no new try starts after this RFC 3339 time"},
    {"--max-tries", "max_tries", "N", "give up after so many tries, 1 to 1000"},
    {"--label", "label", "TEXT", "for people: at most 256 bytes"},
    {"--streams", "streams_max", "N", "at most so many parallel TCP streams, 1 to 64"},
    {"--parents", "parents", "create|fail", "make missing folders at the destination, or fail"},
    {"--sync", "sync", "always|missing|size|mtime|checksum",
     "move only files that are missing at the destination, or that differ there by size, by size "
     "or a younger source (mtime), or by checksum; what differs is replaced"},
    {"--preserve", "preserve", "mode,times",
     "what files, and with -r folders, keep of their sources: the permissions (mode), the time of "
     "the last change (times), or both"},
    {"--links", "links", "follow|skip|fail",
     "with -r: follow symbolic links (the default; loops fail), or list every link as skipped or "
     "as failed"},
    {"--source-credential", "source_credential", "ID", "a stored credential, see 'rft cred ls'"},
    {"--destination-credential", "destination_credential", "ID",
     "a stored credential, see 'rft cred ls'"},
}};

struct Wishes {
  TransferSpec spec;
  std::vector<std::string> pairs;  // --option name=value
  std::array<std::string, named_options.size()> named;
  std::vector<std::string> include, exclude;
  bool skip_errors = false;
  bool all_or_none = false;
  bool delete_extra = false;
  bool yes = false;
  bool dry_run = false;
  bool verbose = false;
  bool recursive = false;
  std::string from;  // the file with the list; empty: none
  std::string format;
  bool no_wait = false;
};

// A URL whose path is empty or ends with '/'.
bool names_folder(std::string_view url) {
  const std::size_t host = url.find("://");
  return url.ends_with('/') ||
         (host != std::string_view::npos && url.find('/', host + 3) == std::string_view::npos);
}

Result<void> set_kind(TransferSpec& spec, const Wishes& wishes) {
  using Kind = TransferSpec::Kind;
  spec.kind = wishes.recursive ? Kind::tree : wishes.from.empty() ? Kind::file : Kind::list;
  const bool both = !spec.source.empty() && !spec.destination.empty();
  const bool neither = spec.source.empty() && spec.destination.empty();
  if (!both && !(neither && spec.kind == Kind::list)) {
    return fail(Code::missing_field, "a source and a destination are needed");
  }
  for (std::string* url : {&spec.source, &spec.destination}) {
    if (spec.kind == Kind::file && names_folder(*url)) {
      return fail(Code::invalid_url,
                  fmt::format("'{}' names a folder; name the file, or use -r for all that is below "
                              "a folder",
                              *url));
    }
    if (spec.kind != Kind::file && !url->empty() && !url->ends_with('/')) *url += '/';
  }
  return {};
}

// Patterns are one text in the API, a line each.
void set_of_many(TransferSpec& spec, const Wishes& wishes) {
  const auto set_patterns = [&](const char* option, const std::vector<std::string>& patterns) {
    if (!patterns.empty()) spec.options[option] = fmt::format("{}", fmt::join(patterns, "\n"));
  };
  set_patterns("include", wishes.include);
  set_patterns("exclude", wishes.exclude);
  if (wishes.skip_errors) spec.options["skip_errors"] = "true";
  if (wishes.all_or_none) spec.options["all_or_none"] = "true";
  if (wishes.delete_extra) spec.options["delete_extra"] = "true";
  if (wishes.dry_run) spec.options["act"] = "plan";
}

// Nothing is asked, on a terminal either: what deletes is said twice in the command itself.
Result<void> confirmed(const TransferSpec& spec, bool yes) {
  const auto is = [&](const char* option, std::string_view value) {
    const auto set = spec.options.find(option);
    return set != spec.options.end() && set->second == value;
  };
  if (yes || !is("delete_extra", "true") || is("act", "plan")) return {};
  return fail(Code::invalid_option,
              "--delete-extra deletes files at the destination: give --dry-run to see which, or "
              "--yes to have them deleted");
}

Result<TransferSpec> spec_of(const Wishes& wishes) {
  TransferSpec spec = wishes.spec;
  if (spec.handle.empty()) spec.handle = new_handle();
  if (const auto kind = set_kind(spec, wishes); !kind) return tl::unexpected(kind.error());
  for (std::size_t i = 0; i < named_options.size(); ++i) {
    if (!wishes.named[i].empty()) spec.options[named_options[i].option] = wishes.named[i];
  }
  set_of_many(spec, wishes);
  for (const std::string& pair : wishes.pairs) {
    const std::size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos) {
      return fail(Code::invalid_option, fmt::format("--option {}: it takes NAME=VALUE", pair));
    }
    const auto [place, fresh] =
        spec.options.emplace(pair.substr(0, equals), pair.substr(equals + 1));
    if (!fresh) {
      return fail(Code::invalid_option, fmt::format("the option {} is given twice", place->first));
    }
  }
  if (const auto sure = confirmed(spec, wishes.yes); !sure) return tl::unexpected(sure.error());
  return spec;
}

void warn(const Context& context, const TransferSpec& spec, const TransferAnswer& answer) {
  if (!answer.warning.empty()) context.terminal.err << "rft: " << answer.warning << '\n';
  context.terminal.err << priority_stays(spec, answer);
}

// submit and complete print the handle: what scripts go on with.
void print(const Context& context, const TransferAnswer& answer) {
  context.terminal.out << (context.json ? answer.json : answer.handle) << '\n';
}

bool is_list(const TransferSpec& spec) {
  return spec.kind == TransferSpec::Kind::list;
}

ListSource list_source(const Wishes& wishes) {
  const bool is_csv = wishes.format.empty() && wishes.from.ends_with(".csv");
  return {wishes.from, is_csv ? ListFormat::csv : list_format(wishes.format)};
}

// One that was committed before is left as it is: only 'rft commit' revives what failed.
Result<TransferAnswer> commit_list(Client& client, const TransferAnswer& listed) {
  if (listed.status != "inactive") return listed;
  return client.commit(listed.handle);
}

void begin_list(Context& context, Client& client, const TransferSpec& spec, const Wishes& wishes,
                bool commit) {
  const auto listed = submit_list(context, client, spec, list_source(wishes));
  if (!listed) return;
  if (!commit) return print(context, *listed);
  const auto committed = commit_list(client, *listed);
  if (!committed) return context.failed(spec.handle, committed.error());
  print(context, *committed);
}

void begin(Context& context, const Wishes& wishes, bool commit) {
  const auto spec = spec_of(wishes);
  if (!spec) return context.failed(spec.error());
  auto client = context.client();
  if (!client) return context.failed(client.error());
  if (is_list(*spec)) return begin_list(context, *client, *spec, wishes, commit);
  const auto answer = commit ? client->complete(*spec) : client->submit(*spec);
  if (!answer) return context.failed(spec->handle, answer.error());
  warn(context, *spec, *answer);
  print(context, *answer);
}

// `listed`: the answer to the submit of a list, which has its files by now.
void commit_and_watch(Context& context, Client& client, const TransferSpec& spec,
                      const std::optional<TransferAnswer>& listed, bool verbose) {
  const CtrlC ctrl_c;
  const auto answer = listed ? commit_list(client, *listed) : client.complete(spec);
  if (!answer && CtrlC::pressed()) {
    context.terminal.err << fmt::format(
        "It is not known whether the service took the transfer; 'rft status {}' tells.\n",
        spec.handle);
    return context.ended(exit_interrupted);
  }
  if (!answer) return context.failed(spec.handle, answer.error());
  if (!listed) {
    warn(context, spec, *answer);
    context.terminal.err << "handle " << shown(answer->handle) << '\n';
  }
  watch(context, client, {answer->handle});
  if (verbose && context.exit != exit_interrupted) list_files(context, client, answer->handle);
}

void copy(Context& context, const Wishes& wishes) {
  if (wishes.no_wait) return begin(context, wishes, true);
  const auto spec = spec_of(wishes);
  if (!spec) return context.failed(spec.error());
  auto client = watching_client(context);
  if (!client) return context.failed(client.error());
  if (!is_list(*spec))
    return commit_and_watch(context, *client, *spec, std::nullopt, wishes.verbose);
  const auto listed = submit_list(context, *client, *spec, list_source(wishes));
  if (listed) commit_and_watch(context, *client, *spec, listed, wishes.verbose);
}

std::shared_ptr<Wishes> add_wishes(CLI::App& command) {
  auto wishes = std::make_shared<Wishes>();
  command.add_option("source", wishes->spec.source,
                     "gsiftp://host[:2811]/path or ftp://host[:21]/path; /~/x is under the log-in "
                     "folder");
  command.add_option("destination", wishes->spec.destination, "the same form");
  command.add_flag("-r,--recursive", wishes->recursive,
                   "both URLs are folders: move all that is below the source");
  command
      .add_option("--handle", wishes->spec.handle,
                  "your name for the transfer, under which a repeated call changes nothing; one "
                  "is made where none is given")
      ->type_name("HANDLE");
  command
      .add_option("--priority", wishes->spec.priority,
                  "0 to 100, higher goes first; 50 where not given")
      ->type_name("N");
  for (std::size_t i = 0; i < named_options.size(); ++i) {
    command.add_option(named_options[i].flag, wishes->named[i], named_options[i].says)
        ->type_name(named_options[i].takes)
        ->group("What is to be moved, and how");
  }
  for (const auto& [flag, patterns, says] :
       {std::tuple("--include", &wishes->include,
                   "with -r: move only files that fit this pattern; repeatable. Without '/' it is "
                   "about a name at any depth, with '/' about the path below SOURCE; ** goes "
                   "through folders"),
        std::tuple("--exclude", &wishes->exclude,
                   "with -r: leave out files, and folders with all below them, that fit; "
                   "repeatable")}) {
    command.add_option(flag, *patterns, says)
        ->type_name("PATTERN")
        ->allow_extra_args(false)
        ->group("What is to be moved, and how");
  }
  command
      .add_flag("--skip-errors", wishes->skip_errors,
                "of many files: one whose source cannot be read is skipped, and listed by 'rft ls "
                "HANDLE --files --status skipped'")
      ->group("What is to be moved, and how");
  command
      .add_flag("--all-or-none", wishes->all_or_none,
                "of many files: none gets its final name before all are proven, and none at all "
                "where one fails")
      ->group("What is to be moved, and how");
  command
      .add_flag("--delete-extra", wishes->delete_extra,
                "with -r: when all files are at the destination, delete there what the source has "
                "not; only with --dry-run, which lists it, or --yes")
      ->group("What is to be moved, and how");
  command.add_flag("--yes", wishes->yes, "what --delete-extra finds is to be deleted")
      ->group("What is to be moved, and how");
  command
      .add_flag("--dry-run", wishes->dry_run,
                "look, list and compare only: tell what would be moved or deleted and what would "
                "fail, and change nothing at either side. What only a try shows is not known: full "
                "disks, rights beyond the mode, names that the server refuses")
      ->group("What is to be moved, and how");
  command.add_option("--option", wishes->pairs, "any option by its name in the API; repeatable")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false)
      ->group("What is to be moved, and how");
  return wishes;
}

std::string is_list_format(const std::string& word) {
  return list_format(word) ? "" : fmt::format("it is one of {}", list_format_words);
}

void add_list(CLI::App& command, Wishes& wishes) {
  CLI::Option* from =
      command
          .add_option("--from", wishes.from,
                      "move the files that FILE lists ('-': standard input); its paths are below "
                      "the two folders SOURCE and DESTINATION, which may be left out where all "
                      "its lines hold URLs")
          ->type_name("FILE")
          ->excludes("--recursive");
  command
      .add_option("--format", wishes.format,
                  "how FILE is written: SOURCE DESTINATION in each line, CSV with a header, a "
                  "JSON object in each line, or as 'rft receipt' prints it; where not given the "
                  "end of its name (.csv) or its first line tells")
      ->type_name(std::string(list_format_words))
      ->check(is_list_format)
      ->needs(from);
}

}  // namespace

void add_move(CLI::App& app, Context& context) {
  CLI::App* copy_command = app.add_subcommand(
      "copy",
      "Submit and commit a transfer of a file, a folder (-r) or a list of files (--from), and "
      "watch it to its end. Ctrl-C ends only the watching.");
  const auto to_copy = add_wishes(*copy_command);
  add_list(*copy_command, *to_copy);
  copy_command->add_flag("--no-wait", to_copy->no_wait, "print the handle and do not watch");
  copy_command->add_flag("--verbose", to_copy->verbose,
                         "at the end list every file, as 'rft ls HANDLE --files' does");
  copy_command->callback([&context, to_copy] { copy(context, *to_copy); });

  CLI::App* submit = app.add_subcommand(
      "submit", "Submit a transfer and print its handle. It does not move before 'rft commit'.");
  const auto to_submit = add_wishes(*submit);
  add_list(*submit, *to_submit);
  submit->callback([&context, to_submit] { begin(context, *to_submit, false); });

  CLI::App* complete = app.add_subcommand(
      "complete", "Submit and commit in one durable step, and print the handle.");
  complete->callback([&context, wishes = add_wishes(*complete)] { begin(context, *wishes, true); });
  for (const char* url : {"source", "destination"}) complete->get_option(url)->required();
}

}  // namespace rft::cli
