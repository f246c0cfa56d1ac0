// A mover for the tests of rftd: it speaks the wire and moves nothing. What it does with an order
// to move is the source's path:
//   /done      says Begun and Done; the checksum's value is the credential that it was handed
//   /hold      says Begun and keeps the task
//   /spool     says nothing: writes Begun and Done to its spool file and dies
//   /mute      reads nothing more
//   /look      says Failed, with its environment and its open descriptors as the detail
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "wire/frame.h"

extern char** environ;

namespace rft {
namespace {

constexpr int lonely_milliseconds_max = 20'000;  // without a connection or a frame, for hygiene

class FakeMover {
 public:
  FakeMover(std::string folder, std::string id) : folder_(std::move(folder)), id_(std::move(id)) {}

  int run() {
    const int listener = listen_on(id_ + ".sock");
    for (;;) {
      if (!wait_for(listener)) return 1;
      connection_ = ::accept(listener, nullptr, nullptr);
      serve();
      ::close(connection_);
    }
  }

 private:
  int listen_on(const std::string& name) {
    if (::chdir(folder_.c_str()) != 0) std::exit(2);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, sizeof(address.sun_path) - 1);
    const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) std::exit(3);
    if (::listen(listener, 4) != 0) std::exit(4);
    return listener;
  }

  bool wait_for(int descriptor) {
    pollfd one{descriptor, POLLIN, 0};
    return ::poll(&one, 1, lonely_milliseconds_max) == 1;
  }

  void serve() {
    FrameReader frames;
    std::string chunk(65536, '\0');
    while (wait_for(connection_)) {
      const ssize_t got = ::read(connection_, chunk.data(), chunk.size());
      if (got <= 0) return;
      frames.feed(std::string_view(chunk).substr(0, static_cast<std::size_t>(got)));
      for (auto body = frames.next(); body && *body; body = frames.next()) {
        if (const auto message = decode_to_mover(**body)) take(*message);
      }
    }
    std::exit(1);
  }

  void take(const ToMover& message) {
    if (const auto* hello = std::get_if<HelloMover>(&message)) answer(*hello);
    if (const auto* credential = std::get_if<CredentialFor>(&message)) {
      secrets_[credential->id] += std::string(credential->secret.reveal());
    }
    if (const auto* ack = std::get_if<Acknowledge>(&message)) forget(*ack);
    if (std::holds_alternative<Drain>(message)) std::exit(0);
    if (const auto* order = std::get_if<Order>(&message)) {
      if (const auto* move = std::get_if<MoveOrder>(order)) obey(*move);
    }
  }

  void answer(const HelloMover& hello) {
    HelloDaemon mine;
    mine.mover = id_;
    mine.owner = hello.owner;
    mine.newest_epoch = newest_epoch_;
    for (const auto& [task, words] : tasks_) mine.tasks.push_back(task);
    send(mine);
    for (const auto& [task, words] : tasks_) {
      for (const auto& [seq, word] : words) send(Word(word));
    }
  }

  void forget(const Acknowledge& ack) {
    const auto task = tasks_.find(ack.task);
    if (task != tasks_.end()) task->second.erase(ack.seq);
  }

  void obey(const MoveOrder& order) {
    newest_epoch_ = std::max(newest_epoch_, order.task.epoch);
    const std::string& path = order.source.path;
    if (path == "/mute") ::pause();
    if (path == "/look") {
      Failed failed;
      failed.fault.detail = what_it_has();
      return say(order.task, failed);
    }
    if (path == "/spool") return end_with_spool(order.task);
    say(order.task, Begun{});
    if (path == "/done") {
      Done done;
      const std::string secret = order.source_credential ? secrets_[*order.source_credential] : "";
      done.checksum = Checksum{"NONE", secret};
      say(order.task, done);
    }
  }

  static std::string what_it_has() {
    std::string text;
    for (char** variable = environ; *variable; ++variable) text += std::string(*variable) + "\n";
    std::error_code ec;
    for (const auto& one : std::filesystem::directory_iterator("/proc/self/fd", ec)) {
      text += "descriptor " + one.path().filename().string() + "\n";
    }
    return text;
  }

  void end_with_spool(const Task& task) {
    std::ofstream spool(id_ + ".spool", std::ios::binary);
    spool << encode(ToDaemon(Word(TaskWord{task, 1, Begun{}})));
    spool << encode(ToDaemon(Word(TaskWord{task, 2, Done{}})));
    spool << encode(ToDaemon(Word(TaskWord{task, 3, Done{}}))).substr(0, 20);
    spool.close();
    std::exit(7);
  }

  void say(const Task& task, TaskSays says) {
    auto& words = tasks_[task];
    const std::uint64_t seq = ++seqs_[task];
    const auto [word, made] = words.emplace(seq, TaskWord{task, seq, std::move(says)});
    send(Word(word->second));
  }

  void send(const ToDaemon& message) {
    const std::string frame = encode(message);
    [[maybe_unused]] const ssize_t sent =
        ::send(connection_, frame.data(), frame.size(), MSG_NOSIGNAL);
  }

  std::string folder_, id_;
  int connection_ = -1;
  std::uint32_t newest_epoch_ = 0;
  std::map<Uuid, std::string> secrets_;  // all versions, one after the other
  std::map<Task, std::map<std::uint64_t, TaskWord>> tasks_;
  std::map<Task, std::uint64_t> seqs_;
};

}  // namespace
}  // namespace rft

int main(int count, char** arguments) {
  if (count != 5 || std::string(arguments[1]) != "--dir" || std::string(arguments[3]) != "--id") {
    return 64;
  }
  return rft::FakeMover(arguments[2], arguments[4]).run();
}
