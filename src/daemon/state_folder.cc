#include "daemon/state_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/text.h"
#include "daemon/small_file.h"

namespace rft {
namespace {

using vault::File;
using vault::system_words;

constexpr unsigned long fuse_magic = 0x65735546;

constexpr std::array<std::pair<unsigned long, std::string_view>, 15> network_magics{{
    {0x6969, "nfs"},
    {0x517B, "smb"},
    {0xFF534D42, "cifs"},
    {0xFE534D42, "smb2"},
    {0x01021997, "9p"},
    {0x0BD00BD0, "lustre"},
    {0x47504653, "gpfs"},
    {0x5346414F, "afs"},
    {0x6B414653, "afs"},
    {0x73757245, "coda"},
    {0x00C36400, "ceph"},
    {0x19830326, "beegfs"},
    {0x20030528, "orangefs"},
    {0x7461636F, "ocfs2"},
    {0x01161970, "gfs2"},
}};

constexpr std::array<std::string_view, 5> local_fuse_types{
    "fuseblk", "fuse.fuse-overlayfs", "fuse.gocryptfs", "fuse.encfs", "fuse.bindfs"};

tl::unexpected<Error> bad(std::string detail) {
  return fail(Code::bad_state, std::move(detail));
}

std::string mount_type(const struct stat& facts) {
  std::ifstream in("/proc/self/mountinfo");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return std::string(
      mount_type_of(text, fmt::format("{}:{}", major(facts.st_dev), minor(facts.st_dev))));
}

Result<void> make_folder(const std::string& path) {
  std::error_code ec;
  const auto parent = std::filesystem::path(path).parent_path();
  if (!parent.empty()) std::filesystem::create_directories(parent, ec);
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return bad(fmt::format("cannot make the state folder '{}': {}", path, system_words()));
  }
  return {};
}

Result<void> check_folder(const std::string& path) {
  struct stat facts {};
  struct statfs system {};
  if (::stat(path.c_str(), &facts) != 0 || ::statfs(path.c_str(), &system) != 0) {
    return bad(fmt::format("cannot look at the state folder '{}': {}", path, system_words()));
  }
  if (!S_ISDIR(facts.st_mode))
    return bad(fmt::format("the state folder '{}' is not a folder", path));
  if (facts.st_uid != ::geteuid()) {
    return bad(
        fmt::format("the state folder '{}' belongs to user {}, not to user {} who runs this "
                    "daemon: name another with RFT_STATE_DIR",
                    path, facts.st_uid, ::geteuid()));
  }
  if ((facts.st_mode & 022) != 0) {
    return bad(fmt::format("others may write into the state folder '{0}': chmod 700 '{0}'", path));
  }
  const auto network =
      network_file_system(static_cast<unsigned long>(system.f_type), mount_type(facts));
  if (network) {
    return bad(
        fmt::format("the state folder '{}' stands on a network file system ({}), where locks "
                    "and the database cannot be relied on: name a folder on a local disk "
                    "with RFT_STATE_DIR",
                    path, *network));
  }
  return {};
}

std::string owner_of(const std::string& lock_file) {
  const auto text = read_small_file(lock_file);
  const auto pid =
      text && *text ? parse_number((*text)->substr(0, (*text)->find('\n'))) : std::nullopt;
  return pid ? fmt::format(" (pid {})", *pid) : "";
}

// Two that start at once take turns here, for as long as it takes to lock and to write down who
// has: so the one that comes second can name the first.
Result<File> take_lock(const std::string& path) {
  const File turn(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!turn || ::flock(turn.get(), LOCK_EX) != 0) {
    return bad(fmt::format("cannot lock '{}': {}", path, system_words()));
  }
  const std::string name = path + "/rftd.lock";
  File lock(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return bad(fmt::format("cannot open '{}': {}", name, system_words()));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return bad(fmt::format("cannot lock '{}': {}", name, system_words()));
    return fail(Code::state_in_use,
                fmt::format("another daemon{} owns the state folder '{}'", owner_of(name), path));
  }
  const std::string pid = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock.get(), 0) != 0 ||
      ::pwrite(lock.get(), pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    return bad(fmt::format("cannot write '{}': {}", name, system_words()));
  }
  return lock;
}

}  // namespace

Result<StateFolder> StateFolder::open(const std::string& path) {
  if (path.empty() || path.front() != '/') {
    return bad(fmt::format("the state folder must be an absolute path, not '{}'", path));
  }
  if (auto made = make_folder(path); !made) return tl::unexpected(made.error());
  if (auto fine = check_folder(path); !fine) return tl::unexpected(fine.error());
  auto lock = take_lock(path);
  if (!lock) return tl::unexpected(lock.error());
  return StateFolder(path, std::move(*lock));
}

std::optional<std::string> network_file_system(unsigned long magic, std::string_view mount_type) {
  // The kernel's magics have 32 bits; statfs may have extended their sign.
  const unsigned long bits = magic & 0xFFFFFFFFUL;
  const auto known =
      std::ranges::find(network_magics, bits, &decltype(network_magics)::value_type::first);
  if (known != network_magics.end()) return std::string(known->second);
  if (bits != fuse_magic ||
      std::ranges::find(local_fuse_types, mount_type) != local_fuse_types.end()) {
    return std::nullopt;
  }
  return mount_type.empty() ? "fuse" : std::string(mount_type);
}

std::string_view mount_type_of(std::string_view mountinfo, std::string_view device) {
  // proc(5): id, parent, major:minor, root, mount point, options, optional fields, "-", type, ...
  while (!mountinfo.empty()) {
    const std::string_view line = mountinfo.substr(0, mountinfo.find('\n'));
    mountinfo.remove_prefix(std::min(line.size() + 1, mountinfo.size()));
    std::size_t at = line.find(' ');
    at = at == line.npos ? at : line.find(' ', at + 1);
    const std::size_t dash = line.find(" - ");
    if (at == line.npos || dash == line.npos) continue;
    const std::string_view third = line.substr(at + 1, line.find(' ', at + 1) - at - 1);
    if (third != device) continue;
    const std::string_view rest = line.substr(dash + 3);
    return rest.substr(0, rest.find(' '));
  }
  return {};
}

}  // namespace rft
