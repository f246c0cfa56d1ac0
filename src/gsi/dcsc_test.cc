#include "gsi/dcsc.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "gsi/pki_for_tests.h"
#include "gsi/proxy.h"

namespace rft::gsi {
namespace {

const WallTime now = wall_time(1'795'000'000'000);

// The two certificates and the key of a blob, in order.
struct Blob {
  openssl::Certificate first;
  openssl::Key key;
  openssl::Certificate again;
  bool ends_there = false;
};

Blob read(const Secret& secret) {
  const auto pem = base64_decode(secret.reveal());
  if (!pem) return {};
  const openssl::Bio in(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
  Blob blob;
  blob.first.reset(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  blob.key.reset(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
  blob.again.reset(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
  blob.ends_there = BIO_pending(in.get()) == 0;
  return blob;
}

bool ends_at(const X509* certificate, WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return ASN1_TIME_cmp_time_t(X509_get0_notAfter(certificate), seconds) == 0;
}

TEST(Dcsc, a_blob_is_certificate_key_and_the_same_certificate_again) {
  const Blob blob = read(*make_dcsc_blob(now));
  ASSERT_TRUE(blob.first && blob.key && blob.again);
  EXPECT_EQ(X509_cmp(blob.first.get(), blob.again.get()), 0);
  EXPECT_EQ(X509_check_private_key(blob.first.get(), blob.key.get()), 1);
  EXPECT_TRUE(blob.ends_there);
}

TEST(Dcsc, the_certificate_is_its_own_issuer_and_has_no_extension) {
  const Blob blob = read(*make_dcsc_blob(now));
  EXPECT_EQ(X509_verify(blob.first.get(), blob.key.get()), 1);
  EXPECT_EQ(X509_NAME_cmp(X509_get_subject_name(blob.first.get()),
                          X509_get_issuer_name(blob.first.get())),
            0);
  EXPECT_EQ(X509_get_ext_count(blob.first.get()), 0);
  EXPECT_EQ(EVP_PKEY_get_id(blob.key.get()), EVP_PKEY_EC);
}

TEST(Dcsc, it_is_valid_from_five_minutes_ago_for_a_day_at_most) {
  const Blob blob = read(*make_dcsc_blob(now, std::chrono::hours(100)));
  EXPECT_TRUE(ends_at(blob.first.get(), now + std::chrono::hours(24)));
  const auto from = std::chrono::floor<std::chrono::seconds>(now - std::chrono::minutes(5));
  EXPECT_EQ(
      ASN1_TIME_cmp_time_t(X509_get0_notBefore(blob.first.get()), from.time_since_epoch().count()),
      0);
  EXPECT_TRUE(ends_at(read(*make_dcsc_blob(now, std::chrono::hours(2))).first.get(),
                      now + std::chrono::hours(2)));
}

TEST(Dcsc, no_two_blobs_share_name_serial_number_or_key) {
  const Blob one = read(*make_dcsc_blob(now));
  const Blob other = read(*make_dcsc_blob(now));
  EXPECT_NE(X509_NAME_cmp(X509_get_subject_name(one.first.get()),
                          X509_get_subject_name(other.first.get())),
            0);
  EXPECT_NE(ASN1_INTEGER_cmp(X509_get0_serialNumber(one.first.get()),
                             X509_get0_serialNumber(other.first.get())),
            0);
  EXPECT_NE(EVP_PKEY_eq(one.key.get(), other.key.get()), 1);
}

TEST(Dcsc, a_blob_fits_into_one_command) {
  EXPECT_LT(make_dcsc_blob(now)->reveal().size(), 8000u);
  EXPECT_EQ(make_dcsc_blob(now)->reveal().find_first_of("\r\n "), std::string_view::npos);
}

}  // namespace
}  // namespace rft::gsi
