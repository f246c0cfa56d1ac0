#include <sys/ioctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <iostream>

#include "cli/run.h"

namespace {

std::size_t width_of(int descriptor) {
  if (::isatty(descriptor) == 0) return 0;
  winsize size{};
  const bool known = ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 80;
}

}  // namespace

int main(int argc, char** argv) {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);  // P12: proxies and passwords pass through us
  const rft::cli::Terminal terminal{std::cin, std::cout, std::cerr, width_of(STDERR_FILENO),
                                    ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0};
  const int code = rft::cli::run({argv + 1, argv + argc}, terminal);
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "rft: the results could not be written\n";
    return code == 0 ? 5 : code;
  }
  return code;
}
