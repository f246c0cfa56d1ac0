// rft top: what moves and what waits, drawn anew each second.
#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "cli/context.h"
#include "cli/figures.h"
#include "cli/progress.h"
#include "cli/record_text.h"
#include "cli/watch.h"
#include "cli/whole_text.h"

namespace rft::cli {
namespace {

constexpr int redraw_interval_ms = 1'000;
constexpr std::uint32_t top_limit = 200;  // of each status

// Keys come at once and unseen while it lives; the screen is the second one of the terminal.
class RawTerminal {
 public:
  explicit RawTerminal(std::ostream& out) : out_(out) {
    tcgetattr(STDIN_FILENO, &before_);
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
    out_ << "\x1b[?1049h\x1b[?25l";
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  ~RawTerminal() {
    tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    out_ << "\x1b[?25h\x1b[?1049l" << std::flush;
  }

  // Waits for the next drawing; true where q was pressed or stdin ended.
  static bool quits() {
    pollfd keys{STDIN_FILENO, POLLIN, 0};
    if (::poll(&keys, 1, redraw_interval_ms) <= 0) return false;
    char key = 0;
    return ::read(STDIN_FILENO, &key, 1) != 1 || key == 'q' || key == 'Q';
  }

 private:
  std::ostream& out_;
  termios before_{};
};

struct Size {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

Size screen_size() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0) return {};
  return {size.ws_row, size.ws_col};
}

struct Picture {
  std::vector<TransferRecord> active;
  std::vector<TransferRecord> waiting;
};

Result<Picture> look(Client& client) {
  auto active = client.list("active", {}, top_limit);
  if (!active) return tl::unexpected(active.error());
  auto waiting = client.list("committed", {}, top_limit);
  if (!waiting) return tl::unexpected(waiting.error());
  Picture picture{std::move(active->transfers), std::move(waiting->transfers)};
  // Of a request of many files all may wait: it is stored as active all the same.
  std::vector<TransferRecord>& active_ones = picture.active;
  const auto waits =
      std::stable_partition(active_ones.begin(), active_ones.end(),
                            [](const TransferRecord& record) { return record.status == "active"; });
  picture.waiting.insert(picture.waiting.begin(), waits, active_ones.end());
  active_ones.erase(waits, active_ones.end());
  return picture;
}

std::string state(const TransferRecord& record) {
  if (is_held(record)) return shown(record.hold);
  if (!record.files) return shown(record.doing);
  if (record.files->listing) return "listing";
  return record.files->failed > 0 ? fmt::format("{} failed", record.files->failed) : "moving";
}

std::string draw(const Picture& picture) {
  double all = 0;
  for (const TransferRecord& record : picture.active) all += record.rate;
  const auto count = [](const std::vector<TransferRecord>& records) {
    return fmt::format("{}{}", records.size(), records.size() == top_limit ? "+" : "");
  };
  std::vector<Row> rows{{"HANDLE", "DONE", "SIZE", "RATE", "ETA", "STATE", "DESTINATION"}};
  const auto add = [&](const TransferRecord& record) {
    rows.push_back({shown(record.handle), share_text(record), size_text(record),
                    record.rate > 0 ? rate(record.rate) : "", record.eta ? eta_text(record) : "",
                    state(record), shown(record.destination)});
  };
  std::ranges::for_each(picture.active, add);
  std::ranges::for_each(picture.waiting, add);
  return fmt::format("rft  {} active  {} waiting  {}    q ends\n\n{}", count(picture.active),
                     count(picture.waiting), rate(all), table(rows));
}

// The lines that the screen has room for, each cut to its width, over what stood there.
std::string framed(const std::string& text, Size size) {
  std::string out = "\x1b[H";
  std::size_t begin = 0;
  for (std::size_t row = 0; row + 1 < size.rows && begin < text.size(); ++row) {
    const std::size_t end = text.find('\n', begin);
    out += cut(std::string_view(text).substr(begin, end - begin), size.columns) + "\x1b[K\r\n";
    begin = end == std::string::npos ? text.size() : end + 1;
  }
  return out + "\x1b[J";
}

void live(Context& context, Client& client) {
  const RawTerminal raw(context.terminal.out);
  do {
    const auto picture = look(client);
    const std::string text = picture ? draw(*picture) : "rft  " + shown(picture.error().detail);
    context.terminal.out << framed(text, screen_size()) << std::flush;
  } while (!CtrlC::pressed() && !RawTerminal::quits() && !CtrlC::pressed());
}

void top(Context& context) {
  const CtrlC ctrl_c;
  auto client = context.client();
  if (!client) return context.failed(client.error());
  const auto first = look(*client);
  if (!first) return context.failed(first.error());
  if (context.json) {
    for (const auto* records : {&first->active, &first->waiting}) {
      for (const TransferRecord& record : *records) context.terminal.out << record.json << '\n';
    }
    return;
  }
  if (context.terminal.keys) return live(context, *client);
  context.terminal.out << draw(*first);
}

}  // namespace

void add_top(CLI::App& app, Context& context) {
  app.add_subcommand("top",
                     "Show what moves and what waits, drawn anew each second; q or Ctrl-C ends. "
                     "Without a terminal it is shown once.")
      ->callback([&context] { top(context); });
}

}  // namespace rft::cli
