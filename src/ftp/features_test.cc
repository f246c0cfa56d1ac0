#include "ftp/features.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rft::ftp {
namespace {

using testing::Contains;
using testing::IsEmpty;

const Reply gct{211,
                {"Extensions supported",
                 " CKSM MD5:10;ADLER32:10;SHA1:10;SHA256:11;SHA512:12;",
                 " DSI file-13.24",
                 " DCSC P,D",
                 " MLSR",
                 " MLSC",
                 " UTF8",
                 " LANG EN",
                 " DCAU",
                 " PARALLEL",
                 " SIZE",
                 " MLST Type*;Size*;Modify*;Charset;UNIX.mode*;Unique*;",
                 " ERET",
                 " ESTO",
                 " SPAS",
                 " SPOR",
                 " REST STREAM",
                 " MDTM",
                 " PASV AllowDelayed;",
                 "End."}};

const Reply proftpd{211,
                    {"Features:", " AUTH TLS", " EPSV", " HASH CRC32;MD5;SHA-1*;SHA-256;", " MDTM",
                     " MLST modify*;perm*;size*;type*;unique*;", " REST STREAM", " SIZE", " XCRC",
                     " XMD5", " XSHA", " XSHA256", "End"}};

TEST(Features, a_gridftp_server_has_mode_e_checksums_and_dcsc) {
  const Features features = features_of(gct);
  EXPECT_TRUE(features.mode_e && features.parallel && features.dcsc && features.dcau);
  EXPECT_TRUE(features.mlst && features.mlsc && features.rest_stream && features.size);
  EXPECT_FALSE(features.epsv);
  ASSERT_EQ(features.checksums.size(), 5U);
  const ChecksumOffer* sha = offer_of(features.checksums, "SHA256");
  ASSERT_NE(sha, nullptr);
  EXPECT_EQ(*sha, (ChecksumOffer{"SHA256", ChecksumWay::cksm, "SHA256", 11}));
  EXPECT_THAT(features.mlst_facts, Contains("unix.mode"));
}

TEST(Features, a_plain_server_has_stream_mode_and_checksums_of_its_own) {
  const Features features = features_of(proftpd);
  EXPECT_FALSE(features.mode_e);
  EXPECT_TRUE(features.epsv);
  EXPECT_FALSE(features.auth_gssapi);
  const ChecksumOffer* md5 = offer_of(features.checksums, "MD5");
  ASSERT_NE(md5, nullptr);
  EXPECT_EQ(md5->way, ChecksumWay::hash);
  EXPECT_EQ(offer_of(features.checksums, "SHA1")->word, "SHA-1");
}

TEST(Features, xmd5_and_its_like_serve_where_there_is_no_hash) {
  const Features features = features_of({211, {"F", " XMD5", " XSHA", "End"}});
  EXPECT_EQ(*offer_of(features.checksums, "SHA1"), (ChecksumOffer{"SHA1", ChecksumWay::x, "XSHA"}));
}

TEST(Features, hash_takes_a_name_with_spaces_and_goes_before_xmd5) {
  EXPECT_EQ(offer_of(features_of({211, {"F", " XMD5", " HASH MD5;", "End"}}).checksums, "MD5")->way,
            ChecksumWay::hash);
}

TEST(Features, hash_alone_serves_too) {
  const Features features = features_of({211, {"F", " HASH SHA-1*;SHA-256;", "End"}});
  EXPECT_EQ(*offer_of(features.checksums, "SHA256"),
            (ChecksumOffer{"SHA256", ChecksumWay::hash, "SHA-256"}));
}

TEST(Features, what_site_help_lists_is_added) {
  Features features = features_of(gct);
  add_site_help(
      features,
      {214, {"The following commands are recognized:", "    ALLO    EPSV    TREV    SBUF", "End"}});
  EXPECT_TRUE(features.epsv);
}

TEST(Features, a_refusal_and_nonsense_are_no_features) {
  EXPECT_EQ(features_of({500, {"x", " SIZE"}}), Features{});
  EXPECT_EQ(features_of({211, {"SIZE", "MDTM"}}), Features{});
  EXPECT_THAT(features_of({211, {"F", " CKSM ;;:;a b:1;\x01:2;", "End"}}).checksums, IsEmpty());
}

TEST(Features, a_list_without_end_is_kept_to_its_limit) {
  std::string cksm = " CKSM ", facts = " MLST ";
  for (int i = 0; i < 1000; ++i) {
    cksm += "A" + std::to_string(i) + ":1;";
    facts += "f" + std::to_string(i) + ";";
  }
  const Features features = features_of({211, {"F", cksm, facts, "End"}});
  EXPECT_EQ(features.checksums.size(), feature_list_max);
  EXPECT_EQ(features.mlst_facts.size(), feature_list_max);
}

}  // namespace
}  // namespace rft::ftp
