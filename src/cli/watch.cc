#include "cli/watch.h"

#include <fmt/format.h>

#include <csignal>
#include <memory>
#include <optional>
#include <ostream>

#include "cli/figures.h"
#include "cli/files.h"
#include "cli/progress.h"
#include "cli/whole_text.h"

namespace rft::cli {
namespace {

volatile std::sig_atomic_t ctrl_c = 0;

constexpr std::uint64_t failures_named = 5;
constexpr std::chrono::milliseconds for_ever = std::chrono::hours(24 * 365 * 10);

// Draws over its own last line on a terminal; elsewhere writes a line for each piece of news.
class Painter {
 public:
  explicit Painter(const Terminal& terminal, std::string prefix)
      : terminal_(terminal), prefix_(std::move(prefix)) {}

  void show(const TransferProgress& now) {
    if (terminal_.width > 0) {
      terminal_.err << "\r\x1b[K" << bar_line(now, terminal_.width - 1) << std::flush;
    } else if (!is_final(now.status) && (!before_ || is_news(*before_, now))) {
      terminal_.err << prefix_ << change_line(now) << '\n' << std::flush;
    }
    before_ = now;
  }

  void wipe() {
    if (terminal_.width > 0 && before_) terminal_.err << "\r\x1b[K" << std::flush;
  }

 private:
  const Terminal& terminal_;
  std::string prefix_;
  std::optional<TransferProgress> before_;
};

// A look that fails costs the names, not the verdict.
std::string failures_of(Client& client, const TransferRecord& record) {
  std::vector<FileRecord> some;
  const auto looked = each_file(client, record.handle, "failed", failures_named,
                                [&](const FileRecord& file) { some.push_back(file); });
  return looked ? failures_text(record, some) : failures_text(record, {});
}

void watch_one(Context& context, Client& client, const std::string& handle, bool alone) {
  Painter painter(context.terminal, alone ? "" : handle + "  ");
  const auto last = client.wait(handle, for_ever, [&](const TransferProgress& now) {
    if (!context.json) painter.show(now);
    return !CtrlC::pressed();
  });
  painter.wipe();
  if (CtrlC::pressed()) return;
  if (!last) return context.failed(handle, last.error());
  const auto record = client.record(handle);
  if (!record) return context.failed(handle, record.error());
  context.terminal.out << (context.json ? record->json
                           : alone      ? verdict_line(*record)
                                        : handle + "  " + verdict_line(*record))
                       << '\n';
  if (!context.json && record->files && record->status == "failed") {
    context.terminal.out << failures_of(client, *record);
  }
  context.ended(exit_of(record->status));
}

}  // namespace

struct CtrlC::Before {
  struct sigaction action {};
};

CtrlC::CtrlC() : before_(std::make_unique<Before>()) {
  ctrl_c = 0;
  struct sigaction remember {};
  remember.sa_handler = [](int) { ctrl_c = 1; };
  sigaction(SIGINT, &remember, &before_->action);
}

CtrlC::~CtrlC() {
  sigaction(SIGINT, &before_->action, nullptr);
}

bool CtrlC::pressed() {
  return ctrl_c != 0;
}

Result<Client> watching_client(Context& context) {
  // Said once for each absence: a minute without a repeat is longer than any delay between two.
  using Clock = std::chrono::steady_clock;
  auto said = std::make_shared<std::optional<Clock::time_point>>();
  ClientOptions options;
  options.keep_trying = context.limits.watching;
  options.interrupted = CtrlC::pressed;
  options.on_repeat = [&context, said](const Error& error) {
    const auto now = Clock::now();
    if (!*said || now - **said > std::chrono::seconds(15)) {
      context.terminal.err << fmt::format(
          "{}the service does not answer ({}); trying for {} s, the transfer is not lost\n",
          context.terminal.width > 0 ? "\r\x1b[K" : "", shown(error.detail),
          context.limits.watching.count() / 1000);
      context.terminal.err << std::flush;
    }
    *said = now;
  };
  return Client::find(context.server, std::move(options));
}

void watch(Context& context, Client& client, const std::vector<std::string>& handles) {
  for (const std::string& handle : handles) {
    watch_one(context, client, handle, handles.size() == 1);
    if (!CtrlC::pressed()) continue;
    context.terminal.err << interrupted_text(handles);
    return context.ended(exit_interrupted);
  }
}

std::string interrupted_text(const std::vector<std::string>& handles) {
  const std::string all = fmt::format("{}", fmt::join(handles, " "));
  return fmt::format(
      "The transfer goes on without us. Watch it with 'rft wait {0}', stop it with 'rft stop "
      "{0}'.\n",
      all);
}

}  // namespace rft::cli
