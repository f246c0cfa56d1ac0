#include "gsi/context.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "gsi/acceptor_for_tests.h"
#include "gsi/pki_for_tests.h"
#include "gsi/protection.h"
#include "gsi/world_for_tests.h"

// What the library takes at its start, once, and never gives back; all else must not leak.
extern "C" const char* __lsan_default_suppressions();   // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:globus_i_thread_pre_activate\nleak:globus_eval_path\n";
}

namespace rft::gsi {
namespace {

enum class Keys { small, rsa };

Credential credential_of(const pki::Issued& ca, const std::string& name, Keys keys = Keys::small) {
  const auto key = keys == Keys::small ? pki::small_key : pki::rsa_key;
  const auto person = pki::make_person(ca, name, world().year, key());
  const auto proxy = pki::make_proxy(person, {now() - day, now() + day}, key());
  auto credential =
      read_credential(pki::pem_of(proxy) + pki::key_pem_of(proxy) + pki::pem_of(person), now());
  pki::demand(credential.has_value());
  return *std::move(credential);
}

Credential unchecked(const std::string& pem) {
  return Credential{"/O=Grid/CN=x", "/O=Grid/CN=x", now() + day, Secret(pem)};
}

SecurityContext begun(const Credential& credential, const std::string& host = "server.test",
                      Delegation delegation = Delegation::none) {
  auto context = SecurityContext::begin(credential, host, delegation, now());
  if (!context) throw std::runtime_error(context.error().detail);
  return *std::move(context);
}

// Speaks until the client is established or one of the two fails.
Result<void, Fault> converse(SecurityContext& client, Acceptor& server) {
  std::string to_client;
  do {
    const auto to_server = client.step(to_client);
    if (!to_server) return tl::unexpected(to_server.error());
    if (!to_server->empty()) to_client = server.step(*to_server);
  } while (!client.established());
  return {};
}

struct ContextTest : testing::Test {
  World& w = world();
  Credential alice = credential_of(w.ca, "Alice");
};

TEST_F(ContextTest, a_log_in_names_both_sides_and_delegates_nothing) {
  Acceptor server(w.host);
  auto client = begun(alice);
  const auto done = converse(client, server);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_TRUE(server.established());
  EXPECT_EQ(client.peer(), "/O=Grid/CN=server.test");
  EXPECT_EQ(server.client(), "/O=Grid/CN=Alice");
  EXPECT_FALSE(server.was_delegated_to());
}

// The library delegates from RSA to RSA alone: it makes the server's RSA key as long as the proxy's
// and signs it with nothing else.
TEST_F(ContextTest, with_delegation_the_server_holds_a_credential) {
  Acceptor server(w.host);
  auto client = begun(credential_of(w.ca, "Alice", Keys::rsa), "server.test", Delegation::limited);
  const auto done = converse(client, server);
  ASSERT_TRUE(done) << done.error().detail;
  EXPECT_TRUE(server.was_delegated_to());
}

TEST_F(ContextTest, two_credentials_live_side_by_side_in_one_process) {
  const Credential bob = credential_of(w.ca, "Bob");
  Acceptor for_alice(w.host);
  Acceptor for_bob(w.host);
  auto alices = begun(alice);
  auto bobs = begun(bob);
  const std::string alices_hello = *alices.step("");
  const std::string bobs_hello = *bobs.step("");
  std::string to_alice = for_alice.step(alices_hello);
  std::string to_bob = for_bob.step(bobs_hello);
  while (!alices.established() || !bobs.established()) {
    to_alice = for_alice.step(*alices.step(to_alice));
    to_bob = for_bob.step(*bobs.step(to_bob));
  }
  EXPECT_EQ(for_alice.client(), "/O=Grid/CN=Alice");
  EXPECT_EQ(for_bob.client(), "/O=Grid/CN=Bob");
}

TEST_F(ContextTest, wrapped_bytes_come_out_at_the_other_side_in_order) {
  Acceptor server(w.host);
  auto client = begun(alice);
  ASSERT_TRUE(converse(client, server));
  EXPECT_EQ(server.unwrap(*client.wrap("FEAT\r\n", Privacy::integrity)), "FEAT\r\n");
  EXPECT_EQ(server.unwrap(*client.wrap("NOOP\r\n", Privacy::encrypted)), "NOOP\r\n");
  const std::string first = server.wrap("211 one\r\n");
  const std::string second = server.wrap("211 two\r\n");
  EXPECT_EQ(*client.unwrap(first), "211 one\r\n");
  EXPECT_EQ(*client.unwrap(second), "211 two\r\n");
}

TEST_F(ContextTest, encrypted_bytes_do_not_show_the_text) {
  Acceptor server(w.host);
  auto client = begun(alice);
  ASSERT_TRUE(converse(client, server));
  const std::string text(64, 'k');
  EXPECT_EQ(client.wrap(text, Privacy::encrypted)->find("kkkkkkkk"), std::string::npos);
}

TEST_F(ContextTest, a_skipped_or_changed_record_is_a_broken_protocol) {
  for (const bool skipped : {true, false}) {
    Acceptor server(w.host);
    auto client = begun(alice);
    ASSERT_TRUE(converse(client, server));
    std::string record = server.wrap("211 one\r\n");
    if (skipped) record = server.wrap("211 two\r\n");
    if (!skipped) record.back() = static_cast<char>(record.back() ^ 1);
    const auto opened = client.unwrap(record);
    ASSERT_FALSE(opened);
    EXPECT_EQ(opened.error().code, FaultCode::protocol_broken);
  }
}

TEST_F(ContextTest, a_certificate_of_another_host_is_not_trusted) {
  Acceptor server(w.host);
  auto client = begun(alice, "other.test");
  const auto done = converse(client, server);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, FaultCode::untrusted_host) << done.error().detail;
  EXPECT_NE(done.error().detail.find("server.test"), std::string::npos) << done.error().detail;
  EXPECT_FALSE(client.established());
}

TEST_F(ContextTest, an_address_must_stand_in_the_certificate_as_a_name_must) {
  for (const char* address : {"192.0.2.7", "2001:db8::7", "2001:db8:0::7", "::1", "fe80::a:0:0:0:b",
                              "2001:db8:0:1:2:3:4:5"}) {
    Acceptor server(w.host);
    auto client = begun(alice, address);
    const auto done = converse(client, server);
    EXPECT_TRUE(done) << address << ": " << done.error().detail;
  }
  for (const char* address : {"192.0.2.8", "2001:db8::8"}) {
    Acceptor server(w.host);
    auto client = begun(alice, address);
    const auto done = converse(client, server);
    ASSERT_FALSE(done) << address;
    EXPECT_EQ(done.error().code, FaultCode::untrusted_host) << done.error().detail;
  }
}

TEST_F(ContextTest, a_certificate_of_an_unknown_ca_is_not_trusted) {
  Acceptor server(pki::make_host(w.stranger_ca, "server.test", w.host_names, w.year));
  auto client = begun(alice);
  const auto done = converse(client, server);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, FaultCode::untrusted_host) << done.error().detail;
}

TEST_F(ContextTest, an_expired_certificate_of_the_server_is_not_trusted) {
  Acceptor server(
      pki::make_host(w.ca, "server.test", w.host_names, {now() - 2 * day, now() - day}));
  auto client = begun(alice);
  const auto done = converse(client, server);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, FaultCode::untrusted_host) << done.error().detail;
}

// TLS 1.3 lets the client finish before the server has judged it: whoever speaks to a server waits
// for its 235 as well.
TEST_F(ContextTest, a_client_may_be_established_and_refused_all_the_same) {
  Acceptor server(w.host);
  auto client = begun(credential_of(w.stranger_ca, "Alice"));
  const std::string hello = server.step(*client.step(""));
  const std::string alert = server.step(*client.step(hello));
  EXPECT_TRUE(server.failed());
  EXPECT_TRUE(client.step(alert));
  EXPECT_TRUE(client.established());
}

TEST_F(ContextTest, an_expired_proxy_is_told_apart) {
  const auto context =
      SecurityContext::begin(alice, "server.test", Delegation::none, alice.not_after);
  ASSERT_FALSE(context);
  EXPECT_EQ(context.error().code, FaultCode::credential_expired) << context.error().detail;
}

TEST_F(ContextTest, what_is_no_credential_is_unusable) {
  for (const std::string& pem : {std::string(), std::string("hello"), pki::pem_of(w.host)}) {
    const auto context =
        SecurityContext::begin(unchecked(pem), "server.test", Delegation::none, now());
    ASSERT_FALSE(context) << pem;
    EXPECT_EQ(context.error().code, FaultCode::credential_unusable) << context.error().detail;
  }
}

TEST_F(ContextTest, a_token_that_is_none_is_a_broken_protocol) {
  for (const std::string& token :
       {std::string("hello"), std::string(1000, '\0'), std::string(token_bytes_max + 1, 'x')}) {
    auto client = begun(alice);
    ASSERT_TRUE(client.step(""));
    const auto next = client.step(token);
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().code, FaultCode::protocol_broken) << next.error().detail;
  }
}

TEST_F(ContextTest, nothing_is_wrapped_before_the_log_in_is_complete) {
  auto client = begun(alice);
  EXPECT_EQ(client.wrap("FEAT\r\n", Privacy::encrypted).error().code, FaultCode::protocol_broken);
  EXPECT_EQ(client.unwrap("x").error().code, FaultCode::protocol_broken);
}

TEST_F(ContextTest, details_are_one_bounded_printable_line) {
  Acceptor server(w.host);
  auto client = begun(alice, "other.test");
  const auto done = converse(client, server);
  ASSERT_FALSE(done);
  EXPECT_LE(done.error().detail.size(), 1000u);
  EXPECT_EQ(done.error().detail.find_first_of("\r\n"), std::string::npos);
}

TEST_F(ContextTest, the_library_is_started_once_for_one_folder) {
  EXPECT_TRUE(activate(w.folder));
  EXPECT_FALSE(activate("/"));
}

TEST_F(ContextTest, a_line_goes_out_as_mic_but_dcsc_always_encrypted) {
  Acceptor server(w.host);
  auto client = begun(alice);
  ASSERT_TRUE(converse(client, server));
  GsiProtection protection(std::move(client));
  const auto opened = [&](const std::string& line) {
    return server.unwrap(*base64_decode(line.substr(4, line.size() - 6)));
  };
  const std::string feat = *protection.protect("FEAT\r\n");
  EXPECT_TRUE(feat.starts_with("MIC ") && feat.ends_with("\r\n")) << feat;
  EXPECT_EQ(opened(feat), "FEAT\r\n");
  const std::string dcsc = *protection.protect("DCSC P c2VjcmV0\r\n");
  EXPECT_TRUE(dcsc.starts_with("ENC ")) << dcsc;
  EXPECT_EQ(opened(dcsc), "DCSC P c2VjcmV0\r\n");
  EXPECT_EQ(*protection.unprotect(base64(server.wrap("200 ok\r\n"))), "200 ok\r\n");
  EXPECT_EQ(protection.unprotect("?").error().code, FaultCode::protocol_broken);
}

}  // namespace
}  // namespace rft::gsi
