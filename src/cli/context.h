// What every command has: where it speaks, what it was told before its own words, how it ends.
#pragma once
#include <chrono>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "client/rft.h"

namespace CLI {
class App;
}

namespace rft::cli {

// Results go to `out`, words for people to `err`.
struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  std::size_t width = 0;  // columns of the terminal behind `err`; 0: it is none
  bool keys = false;      // stdin and stdout are a terminal
};

// How long a call is repeated while the service is away.
struct Limits {
  std::chrono::milliseconds calling{5'000};
  std::chrono::milliseconds watching{60'000};  // copy and wait
};

struct Context {
  Terminal terminal;
  Limits limits;
  std::string server;  // --server
  bool json = false;
  int exit = 0;

  // A client for a command that is answered at once.
  Result<Client> client() const;

  // Words on `err`; the exit code becomes the error's where that is larger.
  void failed(const Error& error);
  // The same about one handle of several; with --json also {"handle", "error"} on `out`.
  void failed(std::string_view handle, const Error& error);
  void ended(int code);
};

// Each adds its group of commands.
void add_move(CLI::App& app, Context& context);     // copy, submit, complete
void add_calls(CLI::App& app, Context& context);    // commit, retry, stop, clear, priority
void add_look(CLI::App& app, Context& context);     // list, status, ls, why, history, links
void add_wait(CLI::App& app, Context& context);     // wait
void add_receipt(CLI::App& app, Context& context);  // receipt, verify-receipt
void add_top(CLI::App& app, Context& context);      // top
void add_cred(CLI::App& app, Context& context);     // cred add | ls | rm
void add_limit(CLI::App& app, Context& context);    // limit ls | set | rm
void add_service(CLI::App& app, Context& context);  // service install | remove | key

}  // namespace rft::cli
