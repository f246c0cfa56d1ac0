#include "gsi/failure.h"

#include <gtest/gtest.h>

namespace rft::gsi {
namespace {

// The texts are those of the library.
constexpr std::string_view other_host =
    "Authorization denied: The expected name for the remote host (host@a) does not match the "
    "authenticated name of the remote host (host@b).";
constexpr std::string_view unknown_ca =
    "SSL handshake problems: Couldn't do ssl handshake: certificate verify failed: Could not "
    "verify "
    "credential: Can't get the local trusted CA certificate: Cannot find trusted CA certificate";
constexpr std::string_view self_signed =
    "SSL handshake problems: Could not verify credential: self-signed certificate";
constexpr std::string_view server_expired =
    "SSL handshake problems: certificate verify failed: The certificate has expired: Credential "
    "with subject: /O=Grid/CN=b has expired.";
constexpr std::string_view no_tls =
    "SSL handshake problems: Unable to verify remote side's credentials: wrong version number";
constexpr std::string_view alert_expired =
    "SSL handshake problems: sslv3 alert certificate expired";
constexpr std::string_view alert_unknown_ca = "SSL handshake problems: tlsv1 alert unknown ca";

TEST(Failure, what_we_find_wrong_with_the_servers_certificate_is_an_untrusted_host) {
  for (const auto words : {other_host, unknown_ca, self_signed, server_expired}) {
    EXPECT_EQ(classify(Step::handshake, words), FaultCode::untrusted_host) << words;
  }
}

TEST(Failure, what_the_server_finds_wrong_with_ours_is_our_credentials_fault) {
  EXPECT_EQ(classify(Step::handshake, alert_expired), FaultCode::credential_expired);
  EXPECT_EQ(classify(Step::handshake, alert_unknown_ca), FaultCode::credential_unusable);
}

TEST(Failure, what_is_no_handshake_is_a_broken_protocol) {
  EXPECT_EQ(classify(Step::handshake, no_tls), FaultCode::protocol_broken);
  EXPECT_EQ(classify(Step::handshake, ""), FaultCode::protocol_broken);
}

TEST(Failure, a_credential_that_the_library_does_not_take_is_unusable) {
  EXPECT_EQ(classify(Step::import_credential, "Couldn't read PEM from bio: no start line"),
            FaultCode::credential_unusable);
  EXPECT_EQ(classify(Step::import_credential, "Credential has expired"),
            FaultCode::credential_expired);
}

TEST(Failure, whatever_is_wrong_with_a_message_is_a_broken_protocol) {
  EXPECT_EQ(classify(Step::message, "certificate verify failed"), FaultCode::protocol_broken);
}

TEST(Failure, a_detail_is_one_printable_line_of_bounded_length) {
  EXPECT_EQ(tidy("  one\n\ttwo \r\n three \n"), "one two three");
  EXPECT_EQ(tidy("a\x1b[31m"), "a\\x1b[31m");
  EXPECT_LE(tidy(std::string(5000, 'x')).size(), detail_length_max);
  EXPECT_EQ(tidy(""), "");
}

}  // namespace
}  // namespace rft::gsi
