#include "mover_live_bed.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>
#include <thread>

namespace rft::live {
namespace {

namespace fs = std::filesystem;
constexpr int wait_limit_ms = 15'000;

std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  std::array<char, 4096> bytes{};
  while (const std::size_t size = std::fread(bytes.data(), 1, bytes.size(), pipe)) {
    text.append(bytes.data(), size);
  }
  if (::pclose(pipe) != 0) throw std::runtime_error("failed: " + command);
  return text.substr(0, text.find('\n'));
}

std::string memory_folder() {
  std::error_code ignored;
  return fs::is_directory("/dev/shm", ignored) ? "/dev/shm" : fs::temp_directory_path().string();
}

}  // namespace

Bed& Bed::get() {
  static Bed bed;
  return bed;
}

Bed::Bed() {
  std::string folder = memory_folder() + "/rft-live-XXXXXX";
  if (::mkdtemp(folder.data()) == nullptr) throw std::runtime_error("no folder for the testbed");
  root_ = folder;
  fs::permissions(root_, fs::perms(0755));
  if (::getenv("RFT_LIVE_KEEP")) std::printf("%s\n", root_.c_str());
  run("init");
  if (::getuid() != 0) return;
  run("link wan --rate 240mbit");
  linked_ = true;
}

Bed::~Bed() {
  if (::getenv("RFT_LIVE_KEEP")) return;
  try {
    run("destroy");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
  }
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::string Bed::run(const std::string& arguments) {
  return output_of(std::string(RFT_TESTBED) + " " + root_ + "/tb " + arguments);
}

std::string Bed::folder(const std::string& name) {
  const std::string path = root_ + "/" + name;
  fs::remove_all(path);
  fs::create_directories(path);
  return path;
}

std::string Bed::server(const std::string& name, const std::string& options) {
  const std::string status = output_of(std::string(RFT_TESTBED) + " " + root_ +
                                       "/tb status | grep '^" + name + " .* up$' || true");
  if (status.empty()) run("start " + name + " " + options);
  return run("url " + name);
}

void write_file(const std::string& path, std::uint64_t size, unsigned seed) {
  std::mt19937_64 random(seed);
  std::ofstream file(path, std::ios::binary);
  std::vector<std::uint64_t> block(8192);
  while (size > 0) {
    for (std::uint64_t& word : block) word = random();
    const auto piece = std::min<std::uint64_t>(size, block.size() * sizeof block[0]);
    file.write(reinterpret_cast<const char*>(block.data()), static_cast<std::streamsize>(piece));
    size -= piece;
  }
  if (!file.flush()) throw std::runtime_error("cannot write " + path);
}

bool same_bytes(const std::string& a, const std::string& b) {
  std::ifstream one(a, std::ios::binary), two(b, std::ios::binary);
  if (!one || !two || fs::file_size(a) != fs::file_size(b)) return false;
  std::vector<char> left(1 << 20), right(1 << 20);
  while (one && two) {
    one.read(left.data(), static_cast<std::streamsize>(left.size()));
    two.read(right.data(), static_cast<std::streamsize>(right.size()));
    if (one.gcount() != two.gcount()) return false;
    if (!std::equal(left.begin(), left.begin() + one.gcount(), right.begin())) return false;
  }
  return true;
}

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

Mover::Mover(const std::string& options) {
  static int count = 0;
  id_ = "m" + std::to_string(++count);
  folder_ = Bed::get().root() + "/movers";
  fs::create_directories(folder_);
  std::vector<std::string> words{RFT_MOVER, "--dir", folder_, "--id", id_};
  if (!options.empty()) {
    const std::size_t blank = options.find(' ');
    words.push_back(options.substr(0, blank));
    words.push_back(options.substr(blank + 1));
  }
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::setenv("X509_CERT_DIR", Bed::get().certificates().c_str(), 1);
    ::execv(RFT_MOVER, arguments.data());
    ::_exit(127);
  }
}

Mover::~Mover() {
  disconnect();
  if (pid_ > 0) kill();
}

void Mover::connect(const std::string& owner) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s/%s.sock", folder_.c_str(),
                id_.c_str());
  disconnect();
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  for (int tries = 0;
       ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0; ++tries) {
    if (tries == 500) throw std::runtime_error("the mover does not listen");
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  reader_ = FrameReader();
  HelloMover mine;
  mine.owner = owner;
  send(mine);
  for (;;) {
    const auto body = reader_.next();
    if (body && *body) {
      hello_ = std::get<HelloDaemon>(decode_to_daemon(**body).value());
      break;
    }
    std::array<char, 4096> bytes{};
    const ssize_t size = ::read(socket_, bytes.data(), bytes.size());
    if (size <= 0) throw std::runtime_error("the mover does not greet");
    reader_.feed({bytes.data(), static_cast<std::size_t>(size)});
  }
  send(Lease{60s});
}

void Mover::disconnect() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void Mover::send(const ToMover& message) {
  const std::string frame = encode(message);
  if (::send(socket_, frame.data(), frame.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(frame.size())) {
    throw std::runtime_error("the mover does not listen any more");
  }
}

std::optional<Word> Mover::next() {
  for (;;) {
    auto body = reader_.next();
    if (body && *body) {
      Word word = std::get<Word>(decode_to_daemon(**body).value());
      const auto* said = std::get_if<TaskWord>(&word);
      if (said && acknowledge && said->seq > 0) send(Acknowledge{said->task, said->seq});
      seen.push_back(word);
      return word;
    }
    pollfd waiting{socket_, POLLIN, 0};
    if (::poll(&waiting, 1, wait_limit_ms) <= 0) return std::nullopt;
    std::array<char, 65536> bytes{};
    const ssize_t size = ::read(socket_, bytes.data(), bytes.size());
    if (size <= 0) return std::nullopt;
    reader_.feed({bytes.data(), static_cast<std::size_t>(size)});
  }
}

std::optional<TaskSays> Mover::says(const Task& task) {
  while (auto word = next()) {
    const auto* said = std::get_if<TaskWord>(&*word);
    if (said && said->task == task) return said->says;
  }
  return std::nullopt;
}

void Mover::kill() {
  ::kill(pid_, SIGKILL);
  wait();
}
void Mover::terminate() {
  ::kill(pid_, SIGTERM);
}

int Mover::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string Mover::spool() const {
  std::ifstream file(folder_ + "/" + id_ + ".spool", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

MoveOrder order_for(const std::string& source, const std::string& destination) {
  MoveOrder order;
  order.task = {Uuid::v7(wall_time(1), random_bits()), 1};
  order.source = parse_url(source).value();
  order.destination = parse_url(destination).value();
  order.part = Uuid::v7(wall_time(1), random_bits());
  order.streams = 2;
  return order;
}

}  // namespace rft::live
