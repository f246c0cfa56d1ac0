// A plain HTTP client on a Unix socket that can also misbehave. A wait that lasts too long fails
// the test and does not hang it.
#pragma once
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace rft::api {

class ClientForTests {
 public:
  explicit ClientForTests(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
    const timeval patience{20, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    connected_ = ::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ClientForTests(const ClientForTests&) = delete;
  ClientForTests& operator=(const ClientForTests&) = delete;
  ~ClientForTests() { ::close(socket_); }

  bool connected() const { return connected_; }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  void done_sending() { ::shutdown(socket_, SHUT_WR); }

  struct Reply {
    int status = 0;  // 0: none came
    std::string head;
    std::string body;
  };

  Reply read_head() {
    Reply reply;
    const auto end = read_until("\r\n\r\n");
    if (!end) return reply;
    reply.head = take(*end);
    std::from_chars(reply.head.data() + 9, reply.head.data() + 12, reply.status);
    return reply;
  }

  Reply read_reply(bool head_only = false) {
    Reply reply = read_head();
    if (reply.status == 0 || head_only || reply.status == 204 || reply.status == 100) return reply;
    if (reply.head.find("Transfer-Encoding: chunked") != std::string::npos) {
      while (auto piece = read_chunk()) {
        if (piece->empty()) return reply;
        reply.body += *piece;
      }
      reply.status = 0;
      return reply;
    }
    const std::size_t at = reply.head.find("Content-Length: ");
    const std::size_t length = at == std::string::npos ? 0 : std::stoul(reply.head.substr(at + 16));
    while (buffer_.size() < length && read_some()) {
    }
    reply.body = take(std::min(length, buffer_.size()));
    return reply;
  }

  // Nothing where the connection ended; empty for the last chunk.
  std::optional<std::string> read_chunk() {
    const auto end = read_until("\r\n");
    if (!end) return std::nullopt;
    const std::string line = take(*end);
    std::size_t length = 0;
    std::from_chars(line.data(), line.data() + line.size(), length, 16);
    while (buffer_.size() < length + 2) {
      if (!read_some()) return std::nullopt;
    }
    return take(length + 2).substr(0, length);
  }

  bool ended() {
    while (read_some()) {
    }
    return last_ == 0;
  }

  Reply ask(std::string_view method, std::string_view target, std::string_view body = "",
            std::string_view headers = "") {
    std::string text = std::string(method) + " " + std::string(target) +
                       " HTTP/1.1\r\nHost: x\r\n" + std::string(headers);
    if (!body.empty()) text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    if (!send(text + "\r\n" + std::string(body))) return {};
    return read_reply(method == "HEAD");
  }

 private:
  bool read_some() {
    char bytes[65536];
    last_ = ::recv(socket_, bytes, sizeof bytes, 0);
    if (last_ <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(last_));
    return true;
  }
  std::optional<std::size_t> read_until(std::string_view mark) {
    std::size_t at = 0;
    while ((at = buffer_.find(mark)) == std::string::npos) {
      if (!read_some()) return std::nullopt;
    }
    return at + mark.size();
  }
  std::string take(std::size_t length) {
    std::string bytes = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return bytes;
  }

  int socket_;
  bool connected_ = false;
  ssize_t last_ = 1;
  std::string buffer_;
};

}  // namespace rft::api
