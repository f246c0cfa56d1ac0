#include "cli/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>
#include <sstream>

#include "cli/figures.h"

namespace rft::cli {
namespace {

constexpr int exit_usage = 2;
constexpr std::size_t help_width = 100;

constexpr const char* about =
    "Reliable file transfer between GridFTP servers.\n"
    "The bytes go from server to server; a transfer that was committed ends whatever crashes.";

constexpr const char* footer =
    "Exit codes: 0 yes (copy, wait: done); 1 failed and 7 stopped (copy, wait), and a receipt "
    "that\n"
    "is not good (verify-receipt); 2 usage or refused input; 3 no such transfer; 4 wrong state or\n"
    "handle in use; 5 service unreachable, busy or full; 6 not allowed; 130 Ctrl-C (the transfer\n"
    "goes on). With several handles: the largest.\n"
    "\n"
    "The service is found by --server, else RFT_SERVER, else /run/rft/rftd.sock where\n"
    "/etc/rft/rftd.toml stands, else rftd.sock in RFT_STATE_DIR, $XDG_STATE_HOME/rft or\n"
    "~/.local/state/rft; in this last case one is started where none answers.\n"
    "'rft COMMAND --help' tells more; so does rft(1).";

void add_commands(CLI::App& app, Context& context) {
  app.require_subcommand(1);
  app.fallthrough();  // --json and --server may stand behind the command
  app.set_version_flag("--version", std::string("rft " RFT_VERSION));
  app.add_option("--server", context.server, "the service to talk to")->type_name("unix:/PATH");
  app.add_flag("--json", context.json, "print the service's JSON, one document a line");
  add_move(app, context);
  add_calls(app, context);
  add_look(app, context);
  add_wait(app, context);
  add_receipt(app, context);
  add_top(app, context);
  add_cred(app, context);
  add_limit(app, context);
  add_service(app, context);
  app.footer(footer);  // last, or every command's help would end with it
}

// What the parser has to say: help and version on `out`, refusals on `err`.
int refused(const CLI::App& app, const CLI::ParseError& error, const Terminal& terminal) {
  if (error.get_exit_code() == 0) {
    std::ostringstream help;
    app.exit(error, help, help);
    terminal.out << wrapped(help.str(), help_width);
    return 0;
  }
  const std::vector<std::string> unknown = app.remaining();
  if (app.get_subcommands().empty() && !unknown.empty()) {
    terminal.err << "rft: there is no command '" << shown(unknown.front()) << "'\n";
  } else {
    terminal.err << "rft: " << shown(error.what()) << '\n';
  }
  terminal.err << "'rft --help' and 'rft COMMAND --help' tell what there is.\n";
  return exit_usage;
}

}  // namespace

int run(std::vector<std::string> arguments, const Terminal& terminal, const Limits& limits) {
  Context context{terminal, limits, {}, false, 0};
  CLI::App app(about, "rft");
  add_commands(app, context);
  std::ranges::reverse(arguments);  // as this parser takes them
  try {
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return refused(app, error, terminal);
  }
  return context.exit;
}

}  // namespace rft::cli
