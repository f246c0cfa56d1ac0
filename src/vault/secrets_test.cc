#include "vault/secrets.h"

#include <gtest/gtest.h>

namespace rft::vault {
namespace {

const CredentialSecret proxy = X509Proxy{Secret("-----BEGIN CERTIFICATE-----\n")};
const CredentialSecret login = Password{"alice", Secret("open sesame")};

TEST(CredentialSecrets, each_kind_comes_back_as_it_was) {
  for (const auto& secret : {proxy, login, CredentialSecret(Password{"a", Secret()})}) {
    const auto again = from_bytes(to_bytes(secret));
    ASSERT_TRUE(again) << again.error().detail;
    EXPECT_EQ(*again, secret);
  }
}

TEST(CredentialSecrets, the_kinds_have_words) {
  EXPECT_EQ(kind(proxy), "x509_proxy");
  EXPECT_EQ(kind(login), "password");
}

TEST(CredentialSecrets, the_form_never_changes) {
  EXPECT_EQ(to_bytes(Password{"a", Secret("bc")}).reveal(),
            std::string_view("\1p\0\0\0\1a\0\0\0\2bc", 13));
  EXPECT_EQ(to_bytes(X509Proxy{Secret("pem")}).reveal(), std::string_view("\1x\0\0\0\3pem", 9));
}

TEST(CredentialSecrets, bytes_of_another_form_are_refused) {
  for (const auto& secret : {proxy, login}) {
    const std::string bytes(to_bytes(secret).reveal());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(from_bytes(Secret(bytes.substr(0, size)))) << size;
    }
    EXPECT_FALSE(from_bytes(Secret(bytes + "x")));
    EXPECT_FALSE(from_bytes(Secret("\2" + bytes.substr(1))));
    EXPECT_FALSE(from_bytes(Secret("\1z" + bytes.substr(2))));
  }
  EXPECT_FALSE(from_bytes(Secret(std::string("\1x\xff\xff\xff\xffpem", 9))));
}

TEST(CredentialSecrets, a_login_that_is_no_command_is_refused) {
  EXPECT_TRUE(make_password("alice", "a pass word"));
  EXPECT_TRUE(make_password("alice", ""));
  EXPECT_FALSE(make_password("", "x"));
  EXPECT_FALSE(make_password("alice\r\nDELE x", "x"));
  EXPECT_FALSE(make_password("alice", "x\nDELE x"));
  EXPECT_FALSE(make_password("alice", std::string_view("x\0y", 3)));
  EXPECT_FALSE(make_password(std::string(login_bytes_max + 1, 'a'), "x"));
  const auto refused = make_password("alice", "hidden\r");
  EXPECT_EQ(refused.error().code, Code::invalid_credential);
  EXPECT_EQ(refused.error().detail.find("hidden"), std::string::npos);
}

}  // namespace
}  // namespace rft::vault
