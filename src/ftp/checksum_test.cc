#include "ftp/checksum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rft::ftp {
namespace {

using testing::ElementsAre;

const ChecksumOffer cksm_adler{"ADLER32", ChecksumWay::cksm, "ADLER32"};
const ChecksumOffer cksm_md5{"MD5", ChecksumWay::cksm, "MD5"};
const ChecksumOffer x_md5{"MD5", ChecksumWay::x, "XMD5"};
const ChecksumOffer x_sha1{"SHA1", ChecksumWay::x, "XSHA"};
const ChecksumOffer hash_sha256{"SHA256", ChecksumWay::hash, "SHA-256"};

TEST(Checksum, adler32_is_chosen_where_both_have_it_else_the_next_in_order) {
  EXPECT_EQ(common_checksum({cksm_md5, cksm_adler}, {cksm_adler, cksm_md5}), "ADLER32");
  EXPECT_EQ(common_checksum({cksm_md5, cksm_adler}, {x_sha1, x_md5}), "MD5");
  EXPECT_EQ(common_checksum({x_sha1, hash_sha256}, {x_sha1, hash_sha256}), "SHA256");
  EXPECT_EQ(common_checksum({cksm_adler}, {x_md5}), std::nullopt);
}

TEST(Checksum, any_common_one_is_better_than_none_and_both_orders_agree) {
  const ChecksumOffer crc{"CRC32", ChecksumWay::x, "XCRC"},
      sha512{"SHA512", ChecksumWay::x, "XSHA512"};
  EXPECT_EQ(common_checksum({sha512, crc}, {crc, sha512}), "CRC32");
  EXPECT_EQ(common_checksum({crc, sha512}, {sha512, crc}), "CRC32");
}

TEST(Checksum, a_wish_is_met_or_nothing_is_chosen) {
  EXPECT_EQ(common_checksum({cksm_adler, cksm_md5}, {cksm_adler, x_md5}, "md5"), "MD5");
  EXPECT_EQ(common_checksum({hash_sha256}, {hash_sha256}, "sha-256"), "SHA256");
  EXPECT_EQ(common_checksum({cksm_adler, cksm_md5}, {cksm_adler}, "MD5"), std::nullopt);
}

TEST(Checksum, each_way_has_its_commands) {
  EXPECT_THAT(checksum_commands(cksm_adler, "/a b"),
              ElementsAre(Command{"CKSM", "ADLER32 0 -1 /a b"}));
  EXPECT_THAT(checksum_commands(x_sha1, "/a"), ElementsAre(Command{"XSHA", "/a"}));
  EXPECT_THAT(checksum_commands(hash_sha256, "/a"),
              ElementsAre(Command{"OPTS", "HASH SHA-256"}, Command{"HASH", "/a"}));
}

TEST(Checksum, each_way_answers_in_its_form) {
  const std::string md5 = "b1946ac92492d2347c6235b4d2611184";
  EXPECT_EQ(checksum_value(cksm_adler, {213, {"084b021f"}}), "084b021f");
  EXPECT_EQ(checksum_value(x_md5, {250, {"B1946AC92492D2347C6235B4D2611184"}}), md5);
  EXPECT_EQ(checksum_value(x_md5, {251, {"\"/a b\" B1946AC92492D2347C6235B4D2611184"}}), md5);
  const ChecksumOffer hash_md5{"MD5", ChecksumWay::hash, "MD5"};
  EXPECT_EQ(checksum_value(hash_md5, {213, {"MD5 0-6 " + md5 + " a"}}), md5);
  EXPECT_EQ(checksum_value(x_md5, {250, {"Computing MD5 digest", md5}}), md5);
}

TEST(Checksum, what_is_not_of_the_algorithm_is_no_checksum) {
  EXPECT_FALSE(checksum_value(x_md5, {250, {"084b021f"}}));
  EXPECT_FALSE(checksum_value(cksm_adler, {213, {"084b021g"}}));
  EXPECT_FALSE(checksum_value(cksm_adler, {213, {"0084b021f"}}));
  EXPECT_FALSE(checksum_value(cksm_adler, {213, {""}}));
  EXPECT_FALSE(checksum_value(cksm_adler, {500, {"084b021f"}}));
  EXPECT_FALSE(checksum_value(hash_sha256, {213, {"SHA-256 0-6"}}));
}

TEST(Checksum, short_sums_are_numbers_and_padded) {
  EXPECT_EQ(normal_checksum("ADLER32", "84B021F"), "084b021f");
  EXPECT_EQ(normal_checksum("adler32", "1"), "00000001");
  EXPECT_EQ(normal_checksum("MD5", "1"), std::nullopt);
  EXPECT_EQ(normal_checksum("ADLER32", "-1"), std::nullopt);
}

}  // namespace
}  // namespace rft::ftp
