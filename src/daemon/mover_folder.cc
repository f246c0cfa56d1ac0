#include "daemon/mover_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include <filesystem>
#include <limits>

#include "base/text.h"
#include "daemon/pidfd.h"
#include "daemon/small_file.h"
#include "wire/frame.h"

namespace rft {
namespace {

using vault::File;
using vault::system_words;

constexpr std::size_t mover_id_length_max = 40;
constexpr std::string_view lock_ending = ".lock";
constexpr std::array<std::string_view, 3> endings{lock_ending, ".sock", ".spool"};

std::optional<WallTime> modified_at(int folder, const std::string& name) {
  struct stat facts {};
  if (::fstatat(folder, name.c_str(), &facts, AT_SYMLINK_NOFOLLOW) != 0) return std::nullopt;
  return WallTime(std::chrono::floor<Duration>(std::chrono::seconds(facts.st_mtim.tv_sec) +
                                               std::chrono::nanoseconds(facts.st_mtim.tv_nsec)));
}

// False where the stream cannot be cut into frames any more. What is no word is passed over.
bool take_words(FrameReader& frames, std::vector<Word>& words) {
  for (;;) {
    auto body = frames.next();
    if (!body || !*body) return body.has_value();
    auto message = decode_to_daemon(**body);
    auto* word = message ? std::get_if<Word>(&*message) : nullptr;
    if (word) words.push_back(std::move(*word));
  }
}

}  // namespace

Result<MoverFolder> MoverFolder::open(const std::string& state_folder) {
  std::string path = state_folder + "/movers";
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(Code::bad_state, fmt::format("cannot make '{}': {}", path, system_words()));
  }
  File folder(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!folder) {
    return fail(Code::bad_state, fmt::format("cannot open '{}': {}", path, system_words()));
  }
  return MoverFolder(std::move(path), std::move(folder));
}

Result<File> MoverFolder::make_lock(const std::string& mover) const {
  const std::string name = mover + std::string(lock_ending);
  File lock(::openat(folder_.get(), name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(Code::bad_state,
                fmt::format("cannot make the lock '{}/{}': {}", path_, name, system_words()));
  }
  return lock;
}

void MoverFolder::write_birth(const File& lock, const Birth& birth) const {
  // Without it a mover is still found by its socket: nothing depends on this write.
  const std::string text = birth_text(birth);
  [[maybe_unused]] const ssize_t written = ::pwrite(lock.get(), text.data(), text.size(), 0);
}

std::optional<Birth> MoverFolder::birth(const std::string& mover) const {
  const auto text = read_small_file(path_ + "/" + mover + std::string(lock_ending));
  return text && *text ? parse_birth(**text) : std::nullopt;
}

bool MoverFolder::is_held(const std::string& mover) const {
  const std::string name = mover + std::string(lock_ending);
  const File lock(::openat(folder_.get(), name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
  return lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

Result<void> MoverFolder::end_all() const {
  for (const std::string& mover : movers()) {
    if (!is_held(mover)) continue;
    const auto holder = birth(mover);
    const File process(holder ? ::pidfd_open(holder->pid, 0) : -1);
    // Still held after the process was opened: so the process that was opened holds it.
    if (!process ||
        (is_held(mover) && ::pidfd_send_signal(process.get(), SIGKILL, nullptr, 0) != 0)) {
      return fail(Code::bad_state,
                  fmt::format("cannot end the mover {}, which lives: end it by hand "
                              "and start again",
                              mover));
    }
    const std::string name = mover + std::string(lock_ending);
    const File lock(::openat(folder_.get(), name.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    while (lock && ::flock(lock.get(), LOCK_SH) != 0 && errno == EINTR) {
    }
  }
  return {};
}

std::vector<std::string> MoverFolder::movers() const {
  std::vector<std::string> found;
  std::error_code ec;
  for (const auto& file : std::filesystem::directory_iterator(path_, ec)) {
    std::string name = file.path().filename().string();
    if (!name.ends_with(lock_ending)) continue;
    name.resize(name.size() - lock_ending.size());
    if (is_mover_id(name)) found.push_back(std::move(name));
  }
  std::ranges::sort(found);
  return found;
}

std::vector<Word> MoverFolder::spool(const std::string& mover) const {
  std::vector<Word> words;
  const std::string name = mover + ".spool";
  const File file(::openat(folder_.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  FrameReader frames;
  std::string chunk(1U << 16, '\0');
  std::size_t total = 0;
  while (file && total < spool_bytes_max) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    total += static_cast<std::size_t>(got);
    frames.feed(std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
    if (!take_words(frames, words)) break;
  }
  return words;
}

void MoverFolder::note_life(const std::string& mover) const {
  ::utimensat(folder_.get(), (mover + std::string(lock_ending)).c_str(), nullptr, 0);
}

std::optional<WallTime> MoverFolder::last_life(const std::string& mover) const {
  const auto lock = modified_at(folder_.get(), mover + ".lock");
  const auto spool = modified_at(folder_.get(), mover + ".spool");
  return std::max(lock, spool);  // nothing is less than any time
}

void MoverFolder::remove(const std::string& mover) const {
  // The lock last: as long as it is there a later rftd looks at the rest.
  for (auto ending = endings.rbegin(); ending != endings.rend(); ++ending) {
    ::unlinkat(folder_.get(), (mover + std::string(*ending)).c_str(), 0);
  }
}

std::string MoverFolder::socket_address(const std::string& mover) const {
  return fmt::format("/proc/self/fd/{}/{}.sock", folder_.get(), mover);
}

bool is_mover_id(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  return !text.empty() && text.size() <= mover_id_length_max && std::ranges::all_of(text, fits);
}

std::string boot_id() {
  const auto text = read_small_file("/proc/sys/kernel/random/boot_id");
  return text && *text ? (*text)->substr(0, (*text)->find('\n')) : std::string();
}

std::string birth_text(const Birth& birth) {
  return fmt::format("{}\n{}\n{}\n", birth.pid, birth.owner, birth.boot);
}

std::optional<Birth> parse_birth(std::string_view text) {
  const std::size_t first = text.find('\n');
  const std::size_t second = first == text.npos ? first : text.find('\n', first + 1);
  if (second == text.npos) return std::nullopt;
  const auto pid = parse_number(text.substr(0, first));
  if (!pid || *pid == 0 || *pid > static_cast<std::uint64_t>(std::numeric_limits<pid_t>::max())) {
    return std::nullopt;
  }
  const std::string_view boot = text.substr(second + 1);
  return Birth{static_cast<pid_t>(*pid), std::string(text.substr(first + 1, second - first - 1)),
               std::string(boot.substr(0, boot.find('\n')))};
}

}  // namespace rft
