// Watching transfers to their end: the loop behind copy and wait.
#pragma once
#include <string>
#include <vector>

#include "cli/context.h"

namespace rft::cli {

// Ctrl-C is remembered instead of ending us while one of these lives.
class CtrlC {
 public:
  CtrlC();
  CtrlC(const CtrlC&) = delete;
  CtrlC& operator=(const CtrlC&) = delete;
  ~CtrlC();
  static bool pressed();

 private:
  struct Before;
  std::unique_ptr<Before> before_;
};

// A client that tries for Limits::watching while the service is away, and says so once for each
// absence. Ends its calls at Ctrl-C.
Result<Client> watching_client(Context& context);

// Shows each transfer's way to its end, then its verdict on `out` (with --json its record), and
// sets the exit code. At Ctrl-C it says how to go on watching, and leaves with 130.
void watch(Context& context, Client& client, const std::vector<std::string>& handles);

// What to say after Ctrl-C: the transfers go on.
std::string interrupted_text(const std::vector<std::string>& handles);

}  // namespace rft::cli
