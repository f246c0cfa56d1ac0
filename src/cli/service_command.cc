// rft service install, remove, key.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/context.h"
#include "cli/service.h"
#include "receipt/key.h"

namespace rft::cli {
namespace {

struct Wanted {
  bool user = false;
  bool system = false;
  bool print = false;
};

using Step = Result<void> (*)(const ServicePlan&, std::ostream&);

void run(Context& context, const Wanted& wanted, Step step) {
  const bool root = ::geteuid() == 0;
  const Scope scope = wanted.system || (root && !wanted.user) ? Scope::system : Scope::user;
  const auto plan = plan_service(scope);
  if (!plan) return context.failed(plan.error());
  if (wanted.print) {
    context.terminal.out << unit_text(scope, plan->program, plan->state_folder);
    return;
  }
  if (scope == Scope::system && !root) {
    return context.failed({Code::not_allowed, "a system service needs root; --user needs nothing"});
  }
  const auto done = step(*plan, context.terminal.err);
  if (!done) context.failed(done.error());
}

void show_key(Context& context) {
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto told = client->service_key();
  if (!told) return context.failed(told.error());
  if (context.json) {
    context.terminal.out << told->json << '\n';
    return;
  }
  const auto key = receipt::PublicKey::parse(told->public_key);
  if (!key) return context.failed({Code::internal, key.error().detail});
  context.terminal.out << "fingerprint " << key->fingerprint() << '\n' << key->pem();
}

std::shared_ptr<Wanted> add_wanted(CLI::App& command) {
  auto wanted = std::make_shared<Wanted>();
  CLI::Option* user = command.add_flag("--user", wanted->user, "for you alone; the default");
  command.add_flag("--system", wanted->system, "for the machine; the default for root")
      ->excludes(user);
  return wanted;
}

}  // namespace

void add_service(CLI::App& app, Context& context) {
  CLI::App* service =
      app.add_subcommand("service", "Run rftd as a service of systemd; show its key.");
  service->require_subcommand(1);

  CLI::App* install =
      service->add_subcommand("install", "Write the unit, enable and start it. May be repeated.");
  const auto to_install = add_wanted(*install);
  install->add_flag("--print", to_install->print, "print the unit and write nothing");
  install->callback([&context, to_install] { run(context, *to_install, install_service); });

  CLI::App* remove = service->add_subcommand(
      "remove", "Stop the service and remove its unit. The state of the transfers is kept.");
  const auto to_remove = add_wanted(*remove);
  remove->callback([&context, to_remove] { run(context, *to_remove, remove_service); });

  service
      ->add_subcommand("key", "Show the public key of the service, with which it signs receipts.")
      ->callback([&context] { show_key(context); });
}

}  // namespace rft::cli
