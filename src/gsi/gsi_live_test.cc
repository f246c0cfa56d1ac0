// Log-ins to a real GridFTP server. Skipped unless the environment names one:
//   RFT_TEST_GSI_SERVER        localhost:PORT, a server of this machine that trusts the CAs below
//   RFT_TEST_GSI_CERTIFICATES  its folder of trusted CAs
//   RFT_TEST_GSI_PROXY         a proxy that it accepts
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "base/text.h"
#include "gsi/dcsc.h"
#include "gsi/protection.h"
#include "gsi/world_for_tests.h"

namespace rft::gsi {
namespace {

// A control connection with blocking reads and writes.
class Connection {
 public:
  explicit Connection(const std::string& server) {
    const auto colon = server.rfind(':');
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(server.substr(0, colon).c_str(), server.substr(colon + 1).c_str(), &hints,
                    &found) != 0) {
      throw std::runtime_error("unknown host in " + server);
    }
    for (const addrinfo* at = found; at != nullptr && !connected_; at = at->ai_next) {
      if (socket_ >= 0) ::close(socket_);
      socket_ = ::socket(at->ai_family, at->ai_socktype, 0);
      connected_ = ::connect(socket_, at->ai_addr, at->ai_addrlen) == 0;
    }
    freeaddrinfo(found);
    if (!connected_) throw std::runtime_error("cannot connect to " + server);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() { ::close(socket_); }

  void write(const std::string& line) {
    if (::send(socket_, line.data(), line.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(line.size())) {
      throw std::runtime_error("cannot write");
    }
  }
  std::string line() {
    while (unread_.find("\r\n") == std::string::npos) {
      char bytes[4096];
      const ssize_t got = ::recv(socket_, bytes, sizeof bytes, 0);
      if (got <= 0) throw std::runtime_error("the connection ended");
      unread_.append(bytes, static_cast<std::size_t>(got));
    }
    const auto end = unread_.find("\r\n");
    std::string line = unread_.substr(0, end);
    unread_.erase(0, end + 2);
    return line;
  }
  // The lines of one reply, joined.
  std::string reply() {
    std::string all = line();
    const std::string last = all.substr(0, 3) + " ";
    for (std::string next = all; !next.starts_with(last);) {
      next = line();
      all += "\n" + next;
    }
    return all;
  }

 private:
  int socket_ = -1;
  bool connected_ = false;
  std::string unread_;
};

struct Session {
  explicit Session(const std::string& server) : connection(server) {}
  Connection connection;
  std::unique_ptr<GsiProtection> protection;
  int rounds = 0;

  // The server's reply to the last ADAT, or the fault of our side.
  std::string log_in(SecurityContext context) {
    connection.reply();
    connection.write("AUTH GSSAPI\r\n");
    std::string reply = connection.reply();
    std::string token;
    while (reply.starts_with("334") || reply.starts_with("335")) {
      const auto next = context.step(token);
      if (!next) return std::string(word(next.error().code)) + ": " + next.error().detail;
      ++rounds;
      connection.write("ADAT " + base64(*next) + "\r\n");
      reply = connection.reply();
      const auto at = reply.find("ADAT=");
      token = at == std::string::npos ? "" : *base64_decode(reply.substr(at + 5));
      if (reply.starts_with("235") && !context.established() && !token.empty()) {
        if (auto last = context.step(token); !last) return last.error().detail;
      }
    }
    if (context.established()) {
      protection = std::make_unique<GsiProtection>(std::move(context));
    }
    return reply;
  }

  void send(const std::string& text) { connection.write(*protection->protect(text + "\r\n")); }

  std::string reply() {
    std::istringstream lines(connection.reply());
    std::string all;
    for (std::string line; std::getline(lines, line);) {
      const auto opened = protection->unprotect(line.substr(4));
      if (!opened) return opened.error().detail;
      all += *opened;
    }
    return all;
  }

  std::string command(const std::string& text) {
    send(text);
    return reply();
  }

  // The reply that ends a transfer, after 1xx.
  std::string final_reply() {
    std::string last = reply();
    while (last.starts_with("1")) last = reply();
    return last;
  }

  void log_in_with_data_context(SecurityContext context, const Secret& blob) {
    log_in(std::move(context));
    command("USER :globus-mapping:");
    command("PASS dummy");
    dcsc_reply = command("DCSC P " + std::string(blob.reveal()));
  }
  std::string dcsc_reply;
};

struct GsiLiveTest : testing::Test {
  std::string server;
  std::string host;
  Credential credential;

  void SetUp() override {
    const char* address = std::getenv("RFT_TEST_GSI_SERVER");
    const char* certificates = std::getenv("RFT_TEST_GSI_CERTIFICATES");
    const char* proxy = std::getenv("RFT_TEST_GSI_PROXY");
    if (address == nullptr || certificates == nullptr || proxy == nullptr) {
      GTEST_SKIP() << "RFT_TEST_GSI_SERVER, _CERTIFICATES and _PROXY name no server";
    }
    world();
    server = address;
    host = server.substr(0, server.rfind(':'));
    std::ostringstream pem;
    pem << std::ifstream(proxy).rdbuf();
    auto read = read_credential(pem.str(), now());
    ASSERT_TRUE(read) << read.error().detail;
    credential = *std::move(read);
  }

  SecurityContext begun(Delegation delegation = Delegation::none) const {
    auto context = SecurityContext::begin(credential, host, delegation, now());
    if (!context) throw std::runtime_error(context.error().detail);
    return *std::move(context);
  }
};

TEST_F(GsiLiveTest, a_log_in_without_delegation_works_and_takes_commands) {
  Session session(server);
  const std::string reply = session.log_in(begun());
  ASSERT_TRUE(reply.starts_with("235")) << reply;
  EXPECT_EQ(session.command("USER :globus-mapping:").substr(0, 3), "331");
  EXPECT_EQ(session.command("PASS dummy").substr(0, 3), "230");
  EXPECT_NE(session.command("FEAT").find("DCSC"), std::string::npos);
  EXPECT_NE(session.protection->peer().find("/CN="), std::string::npos);
}

TEST_F(GsiLiveTest, a_log_in_with_delegation_works) {
  Session session(server);
  const std::string reply = session.log_in(begun(Delegation::limited));
  ASSERT_TRUE(reply.starts_with("235")) << reply;
  EXPECT_EQ(session.command("USER :globus-mapping:").substr(0, 3), "331");
}

// PASV's answer as PORT takes it.
std::string address_in(const std::string& reply) {
  const auto from = reply.find('(') + 1;
  return reply.substr(from, reply.find(')') - from);
}

TEST_F(GsiLiveTest, a_file_moves_over_a_data_channel_that_our_blob_secures) {
  const auto folder = std::filesystem::temp_directory_path();
  const std::string source = folder / "rft-gsi-live-source";
  const std::string target = folder / "rft-gsi-live-target";
  std::ofstream(source) << std::string(100'000, 'x');
  std::filesystem::remove(target);
  for (const std::string protection : {"C", "P"}) {
    const auto blob = make_dcsc_blob(now());
    Session to(server);
    Session from(server);
    for (Session* side : {&to, &from}) {
      side->log_in_with_data_context(begun(), *blob);
      EXPECT_EQ(side->dcsc_reply.substr(0, 3), "250") << side->dcsc_reply;
      for (const std::string command : {"TYPE I", "MODE E", "DCAU A", "PBSZ 1048576"}) {
        EXPECT_TRUE(side->command(command).starts_with("2")) << command;
      }
      EXPECT_TRUE(side->command("PROT " + protection).starts_with("2"));
    }
    const std::string address = address_in(to.command("PASV"));
    to.send("STOR " + target);
    EXPECT_TRUE(from.command("PORT " + address).starts_with("2")) << address;
    from.send("RETR " + source);
    EXPECT_TRUE(from.final_reply().starts_with("226"));
    EXPECT_TRUE(to.final_reply().starts_with("226"));
    EXPECT_EQ(std::filesystem::file_size(target), 100'000u);
    std::filesystem::remove(target);
  }
  std::filesystem::remove(source);
}

TEST_F(GsiLiveTest, two_hundred_log_ins_leave_nothing_behind) {
  for (int i = 0; i < 200; ++i) {
    Session session(server);
    ASSERT_TRUE(session.log_in(begun()).starts_with("235")) << i;
    ASSERT_EQ(session.command("USER :globus-mapping:").substr(0, 3), "331") << i;
  }
}

}  // namespace
}  // namespace rft::gsi
