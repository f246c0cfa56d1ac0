#include "vault/proxy_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gsi/pki_for_tests.h"

namespace rft::vault {
namespace {

namespace fs = std::filesystem;
namespace pki = gsi::pki;

const WallTime now = wall_time(1'795'000'000'000);
constexpr Duration day = std::chrono::hours(24);

struct ProxyFileTest : testing::Test {
  fs::path folder;
  std::string path;
  const pki::Issued ca = pki::make_ca({now - day, now + 365 * day});
  const pki::Issued alice = pki::make_person(ca, "Alice", {now - day, now + 365 * day});

  ProxyFileTest() {
    std::string pattern = (fs::temp_directory_path() / "rft-proxy-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    path = folder / "proxy.pem";
  }
  ~ProxyFileTest() override { fs::remove_all(folder); }

  std::string proxy_until(WallTime until) const {
    const auto proxy = pki::make_proxy(alice, {now - 3 * day, until});
    return pki::pem_of(proxy) + pki::key_pem_of(proxy) + pki::pem_of(alice);
  }
  void write(const std::string& text, mode_t mode = 0600) const {
    std::ofstream(path, std::ios::trunc) << text;
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
  }
  auto read(const std::optional<FileFingerprint>& known = std::nullopt) const {
    return read_if_changed(path, known, ::geteuid(), now);
  }
  void expect_refused(Code code, std::string_view because) const {
    const auto reading = read();
    ASSERT_FALSE(reading) << because;
    EXPECT_EQ(reading.error().code, code) << reading.error().detail;
    EXPECT_NE(reading.error().detail.find(because), std::string::npos) << reading.error().detail;
    EXPECT_NE(reading.error().detail.find(path), std::string::npos) << reading.error().detail;
  }
};

TEST_F(ProxyFileTest, a_proxy_is_read_once_until_it_changes) {
  write(proxy_until(now + day));
  const auto first = read();
  ASSERT_TRUE(first) << first.error().detail;
  ASSERT_TRUE(first->has_value());
  EXPECT_EQ((*first)->credential.identity, "/O=Grid/CN=Alice");

  const auto unchanged = read((*first)->fingerprint);
  ASSERT_TRUE(unchanged);
  EXPECT_FALSE(unchanged->has_value());
}

TEST_F(ProxyFileTest, a_renewed_proxy_is_read_again_whether_replaced_or_rewritten) {
  write(proxy_until(now + day));
  const FileFingerprint old = (*read())->fingerprint;

  fs::rename(path, path + ".old");
  write(proxy_until(now + 2 * day));
  const auto replaced = read(old);
  ASSERT_TRUE(replaced && replaced->has_value());
  EXPECT_EQ((*replaced)->credential.not_after, now + 2 * day);

  const FileFingerprint second = (*replaced)->fingerprint;
  write(proxy_until(now + 3 * day));
  fs::last_write_time(path, fs::last_write_time(path) + std::chrono::seconds(1));
  const auto rewritten = read(second);
  ASSERT_TRUE(rewritten && rewritten->has_value());
  EXPECT_EQ((*rewritten)->credential.not_after, now + 3 * day);
}

TEST_F(ProxyFileTest, a_fingerprint_survives_as_text) {
  write(proxy_until(now + day));
  const FileFingerprint fingerprint = (*read())->fingerprint;
  EXPECT_EQ(FileFingerprint::parse(fingerprint.text()), fingerprint);
  const FileFingerprint before_1970{1, 2, 3, -5};
  EXPECT_EQ(FileFingerprint::parse(before_1970.text()), before_1970);
  for (const auto* text : {"", "1:2:3", "1:2:3:4:5", "1:2:3:x", "1:2::4", "1:2:3:4:"}) {
    EXPECT_FALSE(FileFingerprint::parse(text)) << text;
  }
}

TEST_F(ProxyFileTest, a_file_that_is_no_proxy_is_refused_with_the_reason) {
  write("hello");
  expect_refused(Code::invalid_credential, "not PEM");
  write(pki::pem_of(alice));
  expect_refused(Code::invalid_credential, "no private key");
  write(std::string(gsi::credential_bytes_max + 1, 'x'));
  expect_refused(Code::invalid_credential, "longer than");
  write(proxy_until(now - day));
  expect_refused(Code::credential_expired, "ended at");
}

TEST_F(ProxyFileTest, a_file_that_others_may_read_is_refused) {
  for (const mode_t mode : {0640u, 0604u, 0620u, 0601u}) {
    write(proxy_until(now + day), mode);
    expect_refused(Code::invalid_credential, "chmod 600");
  }
  write(proxy_until(now + day), 0400);
  EXPECT_TRUE(read());
}

TEST_F(ProxyFileTest, a_file_of_somebody_else_is_refused_even_if_the_service_can_read_it) {
  write(proxy_until(now + day));
  const auto reading = read_if_changed(path, std::nullopt, ::geteuid() + 1, now);
  ASSERT_FALSE(reading);
  EXPECT_EQ(reading.error().code, Code::invalid_credential);
  EXPECT_NE(reading.error().detail.find("does not belong to you"), std::string::npos);
}

TEST_F(ProxyFileTest, a_link_to_the_file_will_do) {
  write(proxy_until(now + day));
  fs::create_symlink(path, folder / "link");
  path = folder / "link";
  const auto reading = read();
  ASSERT_TRUE(reading) << reading.error().detail;
  EXPECT_TRUE(reading->has_value());
}

TEST_F(ProxyFileTest, what_is_no_file_is_refused_without_waiting_for_it) {
  expect_refused(Code::no_such_credential, "does not exist");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  expect_refused(Code::invalid_credential, "not a regular file");
  fs::remove(path);
  fs::create_directory(path);
  expect_refused(Code::invalid_credential, "not a regular file");
}

}  // namespace
}  // namespace rft::vault
