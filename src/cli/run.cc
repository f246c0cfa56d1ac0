#include "cli/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

namespace rft::cli {
namespace {

constexpr int exit_usage = 2;

constexpr const char* about =
    "Reliable file transfer between GridFTP servers.\n"
    "The bytes go from server to server; a transfer that was committed ends whatever crashes.";

constexpr const char* footer =
    "Exit codes: 0 yes (copy, wait: done); 1 failed and 7 stopped (copy, wait); 2 usage or "
    "refused\n"
    "input; 3 no such transfer; 4 wrong state or handle in use; 5 service unreachable, busy or "
    "full;\n"
    "6 not allowed; 130 Ctrl-C (the transfer goes on). With several handles: the largest.\n"
    "\n"
    "The service is found by --server, else RFT_SERVER, else /run/rft/rftd.sock where\n"
    "/etc/rft/rftd.toml stands, else rftd.sock in RFT_STATE_DIR, $XDG_STATE_HOME/rft or\n"
    "~/.local/state/rft; in this last case one is started where none answers.\n"
    "'rft COMMAND --help' tells more; so does rft(1).";

void add_commands(CLI::App& app, Context& context) {
  app.require_subcommand(1);
  app.fallthrough();  // --json and --server may stand behind the command
  app.footer(footer);
  app.set_version_flag("--version", std::string("rft " RFT_VERSION));
  app.add_option("--server", context.server, "the service to talk to")->type_name("unix:/PATH");
  app.add_flag("--json", context.json, "print the service's JSON, one document a line");
  add_move(app, context);
  add_calls(app, context);
  add_look(app, context);
  add_wait(app, context);
  add_top(app, context);
  add_cred(app, context);
  add_service(app, context);
}

}  // namespace

int run(std::vector<std::string> arguments, const Terminal& terminal, const Limits& limits) {
  Context context{terminal, limits, {}, false, 0};
  CLI::App app(about, "rft");
  add_commands(app, context);
  std::ranges::reverse(arguments);  // as this parser takes them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& refused) {
    const int code = app.exit(refused, terminal.out, terminal.err);
    return code == 0 ? 0 : exit_usage;
  }
  return context.exit;
}

}  // namespace rft::cli
