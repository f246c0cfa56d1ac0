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
  Result<Instance> open(Progress progress, bool accept = false, Uuid database = one) {
    return Instance::open(file, {database, progress}, accept, two);
  }
};

TEST_F(InstanceFile, its_text_comes_back_as_the_same_value) {
  const InstanceRecord record{one, {4'000'000'000U, 7'000'000'000}};
  EXPECT_EQ(parse_instance(to_text(record)), record);
  EXPECT_EQ(parse_instance("instance x\nnewest_epoch 1\nlast_event 1\n"), std::nullopt);
  EXPECT_EQ(parse_instance(""), std::nullopt);
}

TEST_F(InstanceFile, a_database_that_goes_on_is_known_again) {
  ASSERT_EQ(open({})->id(), one);
  const auto later = open({3, 9});
  ASSERT_TRUE(later);
  EXPECT_EQ(later->id(), one);
  EXPECT_EQ(later->newest_epoch(), 3U);
  EXPECT_FALSE(later->was_restored());
}

TEST_F(InstanceFile, a_database_older_than_a_granted_epoch_is_refused) {
  auto instance = open({});
  ASSERT_TRUE(instance->grant(5));
  const auto restored = open({4, 100});
  ASSERT_FALSE(restored);
  EXPECT_EQ(restored.error().code, Code::bad_state);
  EXPECT_THAT(restored.error().detail, HasSubstr("--accept-restore"));
  EXPECT_TRUE(open({5, 0}));
}

TEST_F(InstanceFile, a_database_older_than_a_saved_event_is_refused) {
  auto instance = open({});
  instance->saw_event(70);
  ASSERT_TRUE(instance->keep());
  EXPECT_FALSE(open({9, 69}));
  EXPECT_TRUE(open({0, 70}));
}

TEST_F(InstanceFile, another_database_is_refused_even_where_it_is_ahead) {
  ASSERT_TRUE(open({})->grant(1));
  EXPECT_FALSE(open({2, 2}, false, two));
}

TEST_F(InstanceFile, a_new_database_in_place_of_one_that_did_nothing_is_taken) {
  ASSERT_TRUE(open({}));
  EXPECT_EQ(open({}, false, two)->id(), two);
}

TEST_F(InstanceFile, a_database_with_a_history_but_no_instance_file_is_refused) {
  EXPECT_THAT(open({1, 1}).error().detail, HasSubstr("no instance file"));
}

TEST_F(InstanceFile, an_accepted_restore_goes_on_under_a_new_name_and_is_none_the_next_time) {
  ASSERT_TRUE(open({})->grant(5));
  auto accepted = open({4, 0}, true);
  ASSERT_TRUE(accepted) << accepted.error().detail;
  EXPECT_TRUE(accepted->was_restored());
  EXPECT_EQ(accepted->id(), two);
  ASSERT_TRUE(accepted->keep());
  EXPECT_TRUE(open({4, 0}, false, two));
}

TEST_F(InstanceFile, a_restore_that_was_accepted_but_not_kept_is_asked_for_again) {
  ASSERT_TRUE(open({})->grant(5));
  ASSERT_TRUE(open({4, 0}, true));
  EXPECT_FALSE(open({4, 0}, false, two));
}

TEST_F(InstanceFile, accept_restore_changes_nothing_where_nothing_was_restored) {
  ASSERT_TRUE(open({}));
  const auto again = open({7, 7}, true);
  EXPECT_EQ(again->id(), one);
  EXPECT_FALSE(again->was_restored());
}

TEST_F(InstanceFile, a_damaged_file_is_refused_until_told_otherwise) {
  std::ofstream(file) << "instance of what\n";
  EXPECT_THAT(open({}).error().detail, HasSubstr("damaged"));
  EXPECT_TRUE(open({}, true));
}

}  // namespace
}  // namespace rft
