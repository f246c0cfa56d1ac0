#include "gsi/proxy.h"

#include <gtest/gtest.h>

#include "gsi/pki_for_tests.h"

namespace rft::gsi {
namespace {

const WallTime now = wall_time(1'795'000'000'000);
constexpr Duration day = std::chrono::hours(24);

struct ProxyTest : testing::Test {
  const pki::Times year{now - day, now + 365 * day};
  const pki::Times today{now - day, now + day};
  const pki::Issued ca = pki::make_ca(year);
  const pki::Issued alice = pki::make_person(ca, "Alice", year);
  const pki::Issued proxy = pki::make_proxy(alice, today);
  const pki::Issued proxy_of_proxy = pki::make_proxy(proxy, today);
  const pki::Issued legacy = pki::make_legacy_proxy(alice, today);
  const std::string whole = pki::pem_of(proxy) + pki::key_pem_of(proxy) + pki::pem_of(alice);
};

void expect_refused(const std::string& pem, Code code, std::string_view because) {
  const auto credential = read_credential(pem, now);
  ASSERT_FALSE(credential) << because;
  EXPECT_EQ(credential.error().code, code);
  EXPECT_NE(credential.error().detail.find(because), std::string::npos)
      << credential.error().detail;
}

TEST_F(ProxyTest, a_proxy_of_rfc_3820_names_the_person_behind_it) {
  const auto credential = read_credential(whole, now);
  ASSERT_TRUE(credential) << credential.error().detail;
  EXPECT_EQ(credential->subject, "/O=Grid/CN=Alice/CN=123456");
  EXPECT_EQ(credential->identity, "/O=Grid/CN=Alice");
}

TEST_F(ProxyTest, a_proxy_of_a_proxy_names_the_person_behind_both) {
  const auto credential =
      read_credential(pki::pem_of(proxy_of_proxy) + pki::key_pem_of(proxy_of_proxy) +
                          pki::pem_of(proxy) + pki::pem_of(alice),
                      now);
  ASSERT_TRUE(credential) << credential.error().detail;
  EXPECT_EQ(credential->subject, "/O=Grid/CN=Alice/CN=123456/CN=123456");
  EXPECT_EQ(credential->identity, "/O=Grid/CN=Alice");
}

TEST_F(ProxyTest, a_legacy_proxy_names_the_person_behind_it) {
  const auto credential =
      read_credential(pki::pem_of(legacy) + pki::key_pem_of(legacy) + pki::pem_of(alice), now);
  ASSERT_TRUE(credential) << credential.error().detail;
  EXPECT_EQ(credential->identity, "/O=Grid/CN=Alice");
}

TEST_F(ProxyTest, a_persons_own_certificate_and_key_will_do) {
  const auto credential = read_credential(pki::pem_of(alice) + pki::key_pem_of(alice), now);
  ASSERT_TRUE(credential) << credential.error().detail;
  EXPECT_EQ(credential->subject, "/O=Grid/CN=Alice");
  EXPECT_EQ(credential->identity, "/O=Grid/CN=Alice");
}

TEST_F(ProxyTest, a_person_whose_name_is_proxy_is_no_proxy) {
  const auto person = pki::make_person(ca, "proxy", year);
  const auto credential = read_credential(pki::pem_of(person) + pki::key_pem_of(person), now);
  ASSERT_TRUE(credential) << credential.error().detail;
  EXPECT_EQ(credential->identity, "/O=Grid/CN=proxy");
}

TEST_F(ProxyTest, it_ends_when_the_first_of_its_chain_ends) {
  EXPECT_EQ(read_credential(whole, now)->not_after, today.until);
  const auto short_lived = pki::make_person(ca, "Carol", {now - day, now + std::chrono::hours(1)});
  const auto longer = pki::make_proxy(short_lived, today);
  const auto credential = read_credential(
      pki::pem_of(longer) + pki::key_pem_of(longer) + pki::pem_of(short_lived), now);
  ASSERT_TRUE(credential) << credential.error().detail;
  EXPECT_EQ(credential->not_after, now + std::chrono::hours(1));
}

TEST_F(ProxyTest, what_is_kept_is_certificate_key_and_chain_and_nothing_else) {
  const std::string untidy = "a comment\n" + pki::key_pem_of(proxy) + "\r\n" + pki::pem_of(proxy) +
                             "more\n" + pki::pem_of(alice) + "the end";
  const auto credential = read_credential(untidy, now);
  ASSERT_TRUE(credential) << credential.error().detail;
  EXPECT_EQ(credential->pem.reveal(), whole);
  EXPECT_EQ(read_credential(credential->pem.reveal(), now)->pem, credential->pem);
}

TEST_F(ProxyTest, an_expired_proxy_is_told_apart_and_says_when_it_ended) {
  const auto old = pki::make_proxy(alice, {now - 2 * day, now - day});
  expect_refused(pki::pem_of(old) + pki::key_pem_of(old) + pki::pem_of(alice),
                 Code::credential_expired, "/O=Grid/CN=Alice ended at " + to_rfc3339(now - day));
  const auto edge = pki::make_proxy(alice, {now - day, now});
  expect_refused(pki::pem_of(edge) + pki::key_pem_of(edge) + pki::pem_of(alice),
                 Code::credential_expired, "ended at");
}

TEST_F(ProxyTest, what_is_not_pem_is_refused) {
  expect_refused("", Code::invalid_credential, "not PEM");
  expect_refused("hello", Code::invalid_credential, "not PEM");
  expect_refused(std::string(4096, '\0'), Code::invalid_credential, "not PEM");
}

TEST_F(ProxyTest, a_cut_or_damaged_text_is_refused) {
  expect_refused(whole.substr(0, whole.size() - 40), Code::invalid_credential, "damaged or cut");
  std::string damaged = whole;
  damaged[100] = '*';
  expect_refused(damaged, Code::invalid_credential, "damaged or cut");
  expect_refused(
      "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n" + pki::key_pem_of(proxy),
      Code::invalid_credential, "certificate in the PEM");
  expect_refused(
      pki::pem_of(proxy) + "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n",
      Code::invalid_credential, "private key in the PEM");
}

TEST_F(ProxyTest, certificate_and_key_must_both_be_there_and_belong_together) {
  expect_refused(pki::pem_of(proxy) + pki::pem_of(alice), Code::invalid_credential,
                 "no private key");
  expect_refused(pki::key_pem_of(proxy), Code::invalid_credential, "no certificate");
  expect_refused(pki::pem_of(proxy) + pki::key_pem_of(alice) + pki::pem_of(alice),
                 Code::invalid_credential, "does not belong");
  expect_refused(whole + pki::key_pem_of(alice), Code::invalid_credential, "more than one");
}

TEST_F(ProxyTest, a_key_with_a_passphrase_is_refused) {
  for (const bool traditional : {false, true}) {
    expect_refused(pki::pem_of(alice) + pki::encrypted_key_pem_of(alice, traditional),
                   Code::invalid_credential, "passphrase");
  }
}

TEST_F(ProxyTest, a_proxy_without_its_issuers_certificate_is_refused) {
  expect_refused(pki::pem_of(proxy) + pki::key_pem_of(proxy), Code::invalid_credential,
                 "lacks the certificate of its issuer /O=Grid/CN=Alice");
}

TEST_F(ProxyTest, too_much_is_refused) {
  expect_refused(whole + std::string(credential_bytes_max, ' '), Code::invalid_credential,
                 "longer than");
  std::string long_chain = whole;
  for (std::size_t i = 0; i < credential_certificates_max; ++i) long_chain += pki::pem_of(alice);
  expect_refused(long_chain, Code::invalid_credential, "more than 32 certificates");
}

TEST_F(ProxyTest, no_refusal_shows_the_key) {
  const std::string key = pki::key_pem_of(alice);
  const auto refused = read_credential(pki::pem_of(proxy) + key, now);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().detail.find(key.substr(30, 20)), std::string::npos);
}

}  // namespace
}  // namespace rft::gsi
