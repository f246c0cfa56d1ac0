// rft-mover: one worker process. Started by rftd; fd 3 is the locked descriptor that proves it
// lives.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"
#include "gsi/context.h"
#include "mover/service.h"
#include "mover/spool.h"
#include "vault/process.h"

namespace {

using namespace rft;
namespace asio = boost::asio;

struct Arguments {
  std::string folder;
  std::string id;
  mover::Limits limits;
};

std::optional<Arguments> parse(int count, char** words) {
  Arguments arguments;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string_view name = words[i];
    if (name == "--dir") {
      arguments.folder = words[i + 1];
    } else if (name == "--id") {
      arguments.id = words[i + 1];
    } else if (const auto limit = parse_number(words[i + 1]);
               name == "--silence-limit" && limit && *limit > 0) {
      arguments.limits.silence = Duration(*limit);
    } else {
      return std::nullopt;
    }
  }
  const bool whole = count % 2 == 1 && !arguments.folder.empty() && !arguments.id.empty() &&
                     arguments.id.find('/') == std::string::npos;
  return whole ? std::optional(arguments) : std::nullopt;
}

// rftd's end, its terminal's end and its Ctrl-C are not ours.
void leave_the_parent() {
  ::setsid();
  for (const int signal : {SIGPIPE, SIGHUP, SIGINT}) std::signal(signal, SIG_IGN);
}

int failure(const Error& error) {
  fmt::print(stderr, "rft-mover: {}\n", error.detail);
  return 1;
}

// What is still under way goes with the process: its end was waited for as long as it may be, and
// coroutines that are destroyed half-way would outlive what they refer to.
[[noreturn]] void leave(int status) {
  std::fflush(nullptr);
  std::_Exit(status);
}

[[noreturn]] void serve(const Arguments& arguments, int folder) {
  asio::io_context io(1);
  mover::Worker worker(io, arguments.id, arguments.limits);
  auto acceptor = mover::Service::listen(io, folder, arguments.id);
  if (!acceptor) leave(failure(acceptor.error()));
  mover::Service service(worker);
  asio::co_spawn(io, service.accept(std::move(*acceptor)), asio::detached);
  asio::signal_set terminate(io, SIGTERM);
  terminate.async_wait([&worker](const auto&, int) { worker.end(); });
  asio::co_spawn(io, worker.live(), [&io](std::exception_ptr) { io.stop(); });
  io.run();
  const auto words = worker.last_words();
  if (!words.empty()) {
    const auto spooled = mover::write_spool(folder, arguments.id, words);
    if (!spooled) leave(failure(spooled.error()));
  }
  ::unlinkat(folder, (arguments.id + ".sock").c_str(), 0);
  leave(0);
}

}  // namespace

int main(int count, char** words) {
  vault::close_the_shutters();
  vault::take_all_descriptors();
  leave_the_parent();
  const auto arguments = parse(count, words);
  if (!arguments) {
    fmt::print(stderr, "usage: rft-mover --dir FOLDER --id ID [--silence-limit MILLISECONDS]\n");
    return 2;
  }
  const char* certificates = std::getenv("X509_CERT_DIR");
  if (certificates != nullptr) {
    const auto active = gsi::activate(certificates);
    // Without it every GSI log-in says so; the other log-ins do not need it.
    if (!active) failure(active.error());
  }
  const int folder = ::open(arguments->folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) {
    return failure({Code::unavailable, fmt::format("the folder of movers cannot be opened: {}",
                                                   std::strerror(errno))});
  }
  serve(*arguments, folder);
}
