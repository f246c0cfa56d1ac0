// rft list, status, ls, why, history, links: the calls that change nothing.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>

#include "cli/context.h"
#include "cli/figures.h"
#include "cli/files.h"
#include "cli/record_text.h"
#include "cli/whole_text.h"

namespace rft::cli {
namespace {

constexpr std::uint32_t ls_limit_default = 100;
constexpr std::uint32_t page_max = 1'000;

// Prints `answer` as JSON or as `text` makes of it, or says why there is none.
template <class T, class Text>
void show(Context& context, std::string_view handle, const Result<T>& answer, const Text& text) {
  if (!answer) return context.failed(handle, answer.error());
  context.terminal.out << (context.json ? answer->json + '\n' : text(*answer));
}

template <class T>
void show_json(Context& context, std::string_view handle, const Result<T>& answer) {
  show(context, handle, answer, [](const T&) { return std::string(); });
}

using Look = std::function<void(Client&, const std::string&)>;

void add_look_at_handles(CLI::App& app, Context& context, const std::string& name,
                         const std::string& says, const Look& look) {
  CLI::App* command = app.add_subcommand(name, says);
  auto handles = std::make_shared<std::vector<std::string>>();
  command->add_option("handle", *handles, "one or several")->required();
  command->callback([&context, handles, look] {
    auto client = context.client();
    if (!client) return context.failed(client.error());
    for (const std::string& handle : *handles) look(*client, handle);
  });
}

struct Listing {
  std::string handle;
  bool files = false;
  std::string status;
  std::optional<std::uint32_t> limit;
};

Result<std::vector<TransferRecord>> pages(Client& client, const Listing& listing) {
  const std::uint32_t limit = listing.limit.value_or(ls_limit_default);
  std::vector<TransferRecord> all;
  for (std::string after; all.size() < limit;) {
    const auto left = static_cast<std::uint32_t>(limit - all.size());
    auto page = client.list(listing.status, after, std::min(left, page_max));
    if (!page) return tl::unexpected(page.error());
    std::ranges::move(page->transfers, std::back_inserter(all));
    if (page->next.empty() || page->next == after) break;
    after = page->next;
  }
  return all;
}

void ls_files(Context& context, const Listing& listing) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const std::uint64_t most = listing.limit ? *listing.limit : every_file;
  list_files(context, *client, listing.handle, listing.status, most);
}

void ls(Context& context, const Listing& listing) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto transfers = pages(*client, listing);
  if (!transfers) return context.failed(transfers.error());
  if (!context.json) {
    context.terminal.out << list_text(*transfers);
    return;
  }
  for (const TransferRecord& record : *transfers) context.terminal.out << record.json << '\n';
}

void links(Context& context) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto answer = client->links();
  if (!answer) return context.failed(answer.error());
  context.terminal.out << (context.json ? answer->json + '\n' : links_text(*answer));
}

void add_ls(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "ls", "List your transfers; with a handle and --files the files of one, each with its fate.");
  auto listing = std::make_shared<Listing>();
  CLI::Option* handle = command->add_option("handle", listing->handle, "whose files");
  handle->needs(command->add_flag("--files", listing->files, "list files")->needs(handle));
  command
      ->add_option("--status", listing->status,
                   "only those of this status; of files: waiting, active, done, failed, skipped, "
                   "would_move, deleted, would_delete")
      ->type_name("STATUS");
  command->add_option("--limit", listing->limit, "at most so many; 100 transfers, all files")
      ->type_name("N")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  command->callback([&context, listing] {
    return listing->files ? ls_files(context, *listing) : ls(context, *listing);
  });
}

}  // namespace

void add_look(CLI::App& app, Context& context) {
  add_look_at_handles(app, context, "list", "Show the whole record of a transfer.",
                      [&](Client& client, const std::string& handle) {
                        show(context, handle, client.record(handle), record_text);
                      });
  add_look_at_handles(app, context, "status", "Show how far transfers are, one line each.",
                      [&](Client& client, const std::string& handle) {
                        if (context.json) return show_json(context, handle, client.status(handle));
                        // Whether it is a dry run stands in the record alone.
                        show(context, handle, client.record(handle), status_text);
                      });
  add_look_at_handles(app, context, "why", "Tell in one sentence what a transfer waits for.",
                      [&](Client& client, const std::string& handle) {
                        show(context, handle, client.why(handle), why_text);
                      });
  add_look_at_handles(app, context, "history",
                      "Show every change of a transfer, when and by whom, and its attempts.",
                      [&](Client& client, const std::string& handle) {
                        show(context, handle, client.history(handle), history_text);
                      });

  add_ls(app, context);

  app.add_subcommand("links", "Show what moves between which endpoints, and which are down.")
      ->callback([&context] { links(context); });
}

}  // namespace rft::cli
