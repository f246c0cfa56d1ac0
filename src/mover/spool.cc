#include "mover/spool.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace rft::mover {
namespace {

class File {
 public:
  explicit File(int descriptor) : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

tl::unexpected<Error> failure(std::string_view doing) {
  const std::string why = std::generic_category().message(errno);
  return fail(Code::unavailable, fmt::format("the spool cannot be {}: {}", doing, why));
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<void> write_spool(int folder, const std::string& id, const std::vector<TaskWord>& words) {
  const std::string name = id + ".spool";
  const std::string unfinished = name + ".new";
  std::string bytes;
  for (const TaskWord& word : words) bytes += encode(ToDaemon(Word(word)));
  const File file(::openat(folder, unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                           S_IRUSR | S_IWUSR));
  if (file.get() < 0) return failure("created");
  if (!write_all(file.get(), bytes) || ::fsync(file.get()) != 0) return failure("written");
  if (::renameat(folder, unfinished.c_str(), folder, name.c_str()) != 0) return failure("renamed");
  if (::fsync(folder) != 0) return failure("made durable");
  return {};
}

}  // namespace rft::mover
