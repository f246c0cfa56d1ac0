// rft limit ls, set, rm: what the service admits at once, and to whom.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/context.h"
#include "cli/limit_text.h"

namespace rft::cli {
namespace {

struct Setting {
  std::vector<std::string> scope;
  std::string transfers, streams, sessions, rate, share, zone;
  std::vector<std::string> windows;
};

// An endpoint, or two: a link.
std::string scope_of(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, "->"));
}

Result<LimitSpec> spec_of(const Setting& setting) {
  LimitSpec spec;
  spec.zone = setting.zone;
  const std::pair<std::string_view, const std::string&> given[] = {{"transfers", setting.transfers},
                                                                   {"streams", setting.streams},
                                                                   {"sessions", setting.sessions},
                                                                   {"rate", setting.rate}};
  for (const auto& [name, value] : given) {
    if (value.empty()) continue;
    if (auto set = set_bound(spec.bounds, name, value); !set) return tl::unexpected(set.error());
  }
  if (!setting.share.empty()) {
    auto share = count_from("share", setting.share);
    if (!share) return tl::unexpected(share.error());
    spec.share = *share;
  }
  for (const std::string& text : setting.windows) {
    auto hours = hours_from(text);
    if (!hours) return tl::unexpected(hours.error());
    spec.windows.push_back(std::move(*hours));
  }
  return spec;
}

void set(Context& context, const Setting& setting) {
  const auto spec = spec_of(setting);
  if (!spec) return context.failed(spec.error());
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto stored = client->set_limit(scope_of(setting.scope), *spec);
  if (!stored) return context.failed(stored.error());
  if (context.json) context.terminal.out << stored->json << '\n';
}

void ls(Context& context) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto stored = client->limits();
  if (!stored) return context.failed(stored.error());
  if (!context.json) {
    context.terminal.out << limits_text(*stored);
    return;
  }
  for (const StoredLimit& one : *stored) context.terminal.out << one.json << '\n';
}

void rm(Context& context, const std::vector<std::string>& scope) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto removed = client->remove_limit(scope_of(scope));
  if (!removed) context.failed(removed.error());
}

CLI::Option* add_scope(CLI::App* command, std::vector<std::string>& scope) {
  return command
      ->add_option("scope", scope,
                   "all, owner:uid:N, an endpoint (gsiftp://host:port), or a link (two endpoints)")
      ->required()
      ->expected(1, 2);
}

}  // namespace

void add_limit(CLI::App& app, Context& context) {
  CLI::App* limit = app.add_subcommand("limit", "What the service admits at once, and to whom.");
  limit->require_subcommand(1);

  limit
      ->add_subcommand("ls",
                       "List the limits that bear on your transfers; to who runs the "
                       "service, all.")
      ->callback([&context] { ls(context); });

  CLI::App* set_command = limit->add_subcommand(
      "set",
      "Set a limit, in place of the one that was set for this scope. It holds for what starts "
      "from now on: what moves is not stopped. For the user who runs the service, and root.");
  auto setting = std::make_shared<Setting>();
  add_scope(set_command, setting->scope);
  set_command->add_option("--transfers", setting->transfers, "so many at once; 0 admits nothing")
      ->type_name("N");
  set_command->add_option("--streams", setting->streams, "data streams at once")->type_name("N");
  set_command->add_option("--sessions", setting->sessions, "control sessions at work at once")
      ->type_name("N");
  set_command->add_option("--rate", setting->rate, "in the mean of what is started, as 200MB/s")
      ->type_name("RATE");
  set_command
      ->add_option("--window", setting->windows,
                   "hours in which other bounds hold, as 'mon-fri 08:00-18:00 rate=200MB/s "
                   "transfers=4'; may be repeated, the first that fits holds")
      ->type_name("HOURS")
      ->expected(1)
      ->take_all();
  set_command->add_option("--zone", setting->zone, "whose hours these are: UTC, or the service's")
      ->type_name("UTC|local");
  set_command
      ->add_option("--share", setting->share,
                   "of an owner: its weight where owners contend, 1 to 1000")
      ->type_name("N");
  set_command->callback([&context, setting] { set(context, *setting); });

  CLI::App* rm_command = limit->add_subcommand("rm", "Remove the limit of a scope.");
  auto scope = std::make_shared<std::vector<std::string>>();
  add_scope(rm_command, *scope);
  rm_command->callback([&context, scope] { rm(context, *scope); });
}

}  // namespace rft::cli
