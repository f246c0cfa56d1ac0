// rft wait: watch transfers that were begun before.
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/context.h"
#include "cli/watch.h"

namespace rft::cli {

void add_wait(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand(
      "wait",
      "Watch transfers to their end. Exit codes: 0 all are done, 1 one failed, 7 one was stopped.");
  auto handles = std::make_shared<std::vector<std::string>>();
  command->add_option("handle", *handles, "one or several")->required();
  command->callback([&context, handles] {
    const CtrlC ctrl_c;
    auto client = watching_client(context);
    if (!client) return context.failed(client.error());
    watch(context, *client, *handles);
  });
}

}  // namespace rft::cli
