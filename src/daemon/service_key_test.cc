#include "daemon/service_key.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "daemon/folder_for_tests.h"

namespace rft {
namespace {

using testing::HasSubstr;
using testing::Not;

struct ServiceKeyTest : testing::Test {
  ServiceKey open(const std::string& vault_key = "vault.key") {
    return {file, *vault::Vault::open_or_create(folder.path() + "/" + vault_key)};
  }
  std::string bytes() const {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  FolderForTests folder;
  std::string file = folder.path() + "/service.key";
};

TEST_F(ServiceKeyTest, is_made_when_first_asked_for_and_is_the_same_ever_after) {
  ServiceKey first = open();
  EXPECT_FALSE(std::filesystem::exists(file));
  const auto key = first.get();
  ASSERT_TRUE(key) << key.error().detail;
  EXPECT_EQ(first.get()->public_key(), key->public_key());
  EXPECT_EQ(open().get()->public_key(), key->public_key());
}

TEST_F(ServiceKeyTest, stands_sealed_in_a_file_that_nobody_else_reads) {
  const auto key = open().get();
  struct stat facts {};
  ASSERT_EQ(::stat(file.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777, 0600U);
  EXPECT_THAT(bytes(), Not(HasSubstr(std::string(key->seed().reveal()))));
}

TEST_F(ServiceKeyTest, moves_with_its_file_and_the_vaults_key) {
  const auto key = open().get();
  std::filesystem::create_directory(folder.path() + "/other");
  for (const char* name : {"/service.key", "/vault.key"}) {
    std::filesystem::copy(folder.path() + name, folder.path() + "/other" + name);
  }
  file = folder.path() + "/other/service.key";
  EXPECT_EQ(open("other/vault.key").get()->public_key(), key->public_key());
}

TEST_F(ServiceKeyTest, that_does_not_open_is_told_and_never_replaced) {
  ASSERT_TRUE(open().get());
  const std::string before = bytes();
  const auto refused = open("another.key").get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::bad_state);
  EXPECT_THAT(refused.error().detail, HasSubstr("service.key' does not open"));
  EXPECT_EQ(bytes(), before);
}

}  // namespace
}  // namespace rft
