#include "vault/vault.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <thread>
#include <vector>

#include "base/uuid.h"

namespace rft::vault {
namespace {

namespace fs = std::filesystem;

Uuid id(std::uint8_t last) {
  Uuid made;
  made.bytes[15] = last;
  return made;
}

struct VaultTest : testing::Test {
  fs::path folder;
  std::string key_file;
  const Secret secret{"the secret of the proxy"};
  const SealedFor alices{"uid:1000", id(1)};

  VaultTest() {
    std::string pattern = (fs::temp_directory_path() / "rft-vault-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    key_file = folder / "vault.key";
  }
  ~VaultTest() override { fs::remove_all(folder); }

  Vault opened() const { return Vault::open_or_create(key_file).value(); }
  std::string refusal() const {
    const auto vault = Vault::open_or_create(key_file);
    if (vault) return "it was opened";
    EXPECT_EQ(vault.error().code, Code::bad_state);
    return vault.error().detail;
  }
  void write_key(std::size_t bytes, fs::perms mode) const {
    std::ofstream(key_file) << std::string(bytes, 'k');
    fs::permissions(key_file, mode);
  }
};

constexpr auto mode_0600 = fs::perms::owner_read | fs::perms::owner_write;

TEST_F(VaultTest, what_was_sealed_opens_as_what_it_was) {
  const Vault vault = opened();
  for (const std::string& text : {std::string(), std::string("x"), std::string(100'000, '\0')}) {
    const auto sealed = vault.seal(Secret(text), alices);
    ASSERT_TRUE(sealed);
    const auto again = vault.open(*sealed, alices);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->reveal(), text);
  }
}

TEST_F(VaultTest, it_opens_in_another_life_of_the_service) {
  const auto sealed = opened().seal(secret, alices);
  EXPECT_EQ(*opened().open(*sealed, alices), secret);
}

TEST_F(VaultTest, a_seal_does_not_show_its_secret_and_no_two_are_alike) {
  const Vault vault = opened();
  std::set<std::string> seals;
  for (int i = 0; i < 100; ++i) seals.insert(*vault.seal(secret, alices));
  EXPECT_EQ(seals.size(), 100u);
  EXPECT_EQ(seals.begin()->find("secret"), std::string::npos);
}

TEST_F(VaultTest, a_change_to_any_byte_is_seen) {
  const Vault vault = opened();
  const std::string sealed = *vault.seal(secret, alices);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    const auto result = vault.open(changed, alices);
    ASSERT_FALSE(result) << "byte " << i;
    EXPECT_EQ(result.error().code, Code::invalid_credential);
    EXPECT_EQ(result.error().detail.find("secret"), std::string::npos);
  }
}

TEST_F(VaultTest, a_seal_cut_short_or_made_longer_does_not_open) {
  const Vault vault = opened();
  const std::string sealed = *vault.seal(secret, alices);
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    EXPECT_FALSE(vault.open(sealed.substr(0, size), alices)) << size;
  }
  EXPECT_FALSE(vault.open(sealed + "x", alices));
}

TEST_F(VaultTest, a_row_copied_to_another_owner_or_id_does_not_open) {
  const Vault vault = opened();
  const std::string sealed = *vault.seal(secret, alices);
  EXPECT_FALSE(vault.open(sealed, {"uid:1001", id(1)}));
  EXPECT_FALSE(vault.open(sealed, {"uid:1000", id(2)}));
  EXPECT_FALSE(vault.open(sealed, {"", id(1)}));
  EXPECT_TRUE(vault.open(sealed, alices));
}

TEST_F(VaultTest, another_key_opens_nothing) {
  const std::string sealed = *opened().seal(secret, alices);
  fs::remove(key_file);
  EXPECT_FALSE(opened().open(sealed, alices));
}

TEST_F(VaultTest, the_key_file_is_made_for_its_owner_alone_and_leaves_nothing_beside_it) {
  opened();
  struct stat facts {};
  ASSERT_EQ(::stat(key_file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600u);
  EXPECT_EQ(facts.st_size, 32);
  EXPECT_EQ(std::distance(fs::directory_iterator(folder), fs::directory_iterator()), 1);
}

TEST_F(VaultTest, of_many_that_make_the_key_at_once_all_end_with_the_same) {
  std::vector<std::string> seals(8);
  {
    std::vector<std::jthread> makers;
    for (auto& sealed : seals) {
      makers.emplace_back([&] { sealed = *opened().seal(secret, alices); });
    }
  }
  const Vault vault = opened();
  for (const auto& sealed : seals) EXPECT_TRUE(vault.open(sealed, alices));
}

TEST_F(VaultTest, a_key_file_that_others_may_read_is_refused) {
  for (const auto mode : {fs::perms::group_read, fs::perms::others_read, fs::perms::owner_exec}) {
    write_key(32, mode_0600 | mode);
    EXPECT_NE(refusal().find("chmod 600"), std::string::npos) << refusal();
  }
}

TEST_F(VaultTest, a_key_file_of_another_size_is_refused_and_left_as_it_is) {
  for (const std::size_t size : {0u, 31u, 33u}) {
    write_key(size, mode_0600);
    EXPECT_NE(refusal().find("not a key of 32 bytes"), std::string::npos) << refusal();
    EXPECT_EQ(fs::file_size(key_file), size);
  }
}

TEST_F(VaultTest, a_key_file_of_another_user_is_refused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  write_key(32, mode_0600);
  ASSERT_EQ(::chown(key_file.c_str(), 65534, 65534), 0);
  EXPECT_NE(refusal().find("another user"), std::string::npos) << refusal();
}

TEST_F(VaultTest, a_link_a_folder_or_a_pipe_is_no_key_file) {
  fs::create_symlink("/dev/zero", key_file);
  EXPECT_NE(refusal().find("cannot open"), std::string::npos) << refusal();
  fs::remove(key_file);
  fs::create_directory(key_file);
  EXPECT_NE(refusal().find("not a regular file"), std::string::npos) << refusal();
  fs::remove(key_file);
  ASSERT_EQ(::mkfifo(key_file.c_str(), 0600), 0);
  EXPECT_NE(refusal().find("not a regular file"), std::string::npos) << refusal();
}

TEST_F(VaultTest, without_its_folder_no_key_is_made) {
  key_file = folder / "missing" / "vault.key";
  EXPECT_NE(refusal().find("cannot make the vault's key"), std::string::npos) << refusal();
}

}  // namespace
}  // namespace rft::vault
