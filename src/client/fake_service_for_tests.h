// A service that says what a test tells it to: HTTP/1.1 on a Unix socket, one client at a time.
#pragma once
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace rft::fake {

struct Asked {
  std::string method;
  std::string target;
  std::string body;
  std::string key;  // Idempotency-Key
  std::string what() const { return method + " " + target; }
};

struct Says {
  int status = 200;
  std::string body = "{}";
  bool lost = false;  // the connection ends without an answer
};

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "rft-client-XXXXXX").string();
    if (::mkdtemp(name.data())) path_ = name;
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

class Service {
 public:
  using Answers = std::function<Says(const Asked&)>;
  Service(std::string socket, Answers answers)
      : path_(std::move(socket)), answers_(std::move(answers)) {
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof address.sun_path - 1);
    ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(listener_, 8);
    thread_ = std::thread([this] { serve(); });
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() {
    ending_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
    ::unlink(path_.c_str());
  }

  std::vector<Asked> asked() const {
    const std::lock_guard guard(mutex_);
    return asked_;
  }

 private:
  void serve() {
    for (int peer; !ending_ && (peer = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(peer)) {
      std::string pending;
      while (auto request = read_request(peer, pending)) {
        const Says says = [&] {
          const std::lock_guard guard(mutex_);
          asked_.push_back(*request);
          return answers_(*request);
        }();
        if (says.lost) break;
        const std::string reply = "HTTP/1.1 " + std::to_string(says.status) +
                                  " X\r\nContent-Length: " + std::to_string(says.body.size()) +
                                  "\r\n\r\n" + says.body;
        (void)!::send(peer, reply.data(), reply.size(), MSG_NOSIGNAL);
      }
    }
  }

  bool read_more(int peer, std::string& pending) const {
    std::array<char, 4096> bytes{};
    for (pollfd ready{peer, POLLIN, 0}; !ending_;) {
      if (::poll(&ready, 1, 20) <= 0) continue;
      const ssize_t got = ::recv(peer, bytes.data(), bytes.size(), 0);
      if (got <= 0) return false;
      pending.append(bytes.data(), static_cast<std::size_t>(got));
      return true;
    }
    return false;
  }

  static std::string header(const std::string& head, const std::string& name) {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
  }

  std::optional<Asked> read_request(int peer, std::string& pending) const {
    std::size_t end = 0;
    while ((end = pending.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more(peer, pending)) return std::nullopt;
    }
    const std::string head = pending.substr(0, end + 2);
    const std::string length = header(head, "Content-Length");
    const std::size_t size = end + 4 + (length.empty() ? 0 : std::stoul(length));
    while (pending.size() < size) {
      if (!read_more(peer, pending)) return std::nullopt;
    }
    const std::size_t space = head.find(' ');
    Asked asked{head.substr(0, space),
                head.substr(space + 1, head.find(' ', space + 1) - space - 1),
                pending.substr(end + 4, size - end - 4), header(head, "Idempotency-Key")};
    pending.erase(0, size);
    return asked;
  }

  std::string path_;
  Answers answers_;
  int listener_ = -1;
  std::atomic<bool> ending_{false};
  mutable std::mutex mutex_;
  std::vector<Asked> asked_;
  std::thread thread_;
};

}  // namespace rft::fake
