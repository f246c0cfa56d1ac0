#include "daemon/instance.h"

#include <gmock/gmock.h>

#include <fstream>

#include "daemon/folder_for_tests.h"

namespace rft {
namespace {

using testing::HasSubstr;

const Uuid one = *Uuid::parse("019358a0-0000-7000-8000-000000000001");
const Uuid two = *Uuid::parse("019358a0-0000-7000-8000-000000000002");

struct InstanceFile : testing::Test {
  FolderForTests folder;
  std::string file = folder.path() + "/instance";
  Result<Instance> open(Progress database, bool accept = false, Uuid fresh = two) {
    return Instance::open(file, database, accept, fresh);
  }
};

TEST_F(InstanceFile, its_text_comes_back_as_the_same_value) {
  const InstanceRecord record{one, {4'000'000'000U, 7'000'000'000}};
  EXPECT_EQ(parse_instance(to_text(record)), record);
  EXPECT_EQ(parse_instance("instance x\nnewest_epoch 1\nlast_event 1\n"), std::nullopt);
  EXPECT_EQ(parse_instance(""), std::nullopt);
}

TEST_F(InstanceFile, a_first_start_draws_an_id_that_stays) {
  ASSERT_EQ(open({}, false, one)->id(), one);
  EXPECT_EQ(open({3, 9}, false, two)->id(), one);
}

TEST_F(InstanceFile, a_database_older_than_a_granted_epoch_is_refused) {
  auto instance = open({}, false, one);
  ASSERT_TRUE(instance->grant(5));
  const auto restored = open({4, 100});
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, Code::bad_state);
  EXPECT_THAT(restored.error().detail, HasSubstr("--accept-restore"));
  EXPECT_TRUE(open({5, 0}));
}

TEST_F(InstanceFile, a_database_older_than_a_saved_event_is_refused) {
  auto instance = open({}, false, one);
  instance->saw_event(70);
  ASSERT_TRUE(instance->keep());
  EXPECT_FALSE(open({9, 69}));
  EXPECT_TRUE(open({0, 70}));
}

TEST_F(InstanceFile, a_database_with_a_history_but_no_instance_file_is_refused) {
  EXPECT_THAT(open({1, 1}).error().detail, HasSubstr("no instance file"));
}

TEST_F(InstanceFile, an_accepted_restore_draws_a_new_id_and_is_no_restore_the_next_time) {
  ASSERT_TRUE(open({}, false, one)->grant(5));
  const auto accepted = open({4, 0}, true, two);
  ASSERT_TRUE(accepted) << accepted.error().detail;
  EXPECT_EQ(accepted->id(), two);
  EXPECT_TRUE(accepted->is_new());
  EXPECT_EQ(open({4, 0}, false, one)->id(), two);
}

TEST_F(InstanceFile, accept_restore_changes_nothing_where_nothing_was_restored) {
  ASSERT_TRUE(open({}, false, one));
  EXPECT_EQ(open({7, 7}, true, two)->id(), one);
}

TEST_F(InstanceFile, a_damaged_file_is_refused_until_told_otherwise) {
  std::ofstream(file) << "instance of what\n";
  EXPECT_THAT(open({}).error().detail, HasSubstr("damaged"));
  EXPECT_TRUE(open({}, true));
}

}  // namespace
}  // namespace rft
