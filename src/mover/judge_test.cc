#include "mover/judge.h"

#include <gtest/gtest.h>

namespace rft::mover {
namespace {

const FileFacts source{100, "20261126120000", "s"};

Place place(FileFacts there, Sync sync) {
  Options options;
  options.existing = Existing::fail;
  options.sync = sync;
  return judge_place(Standing{false, std::move(there)}, source, options).value();
}

TEST(JudgeSync, each_level_keeps_what_is_as_good_and_replaces_the_rest) {
  const FileFacts same{100, "20261126120000", "d"};
  const FileFacts older{100, "20261126115959", "d"};
  const FileFacts shorter{99, "20261126130000", "d"};
  EXPECT_EQ(place(shorter, Sync::missing), Place::kept);
  EXPECT_EQ(place(older, Sync::size), Place::kept);
  EXPECT_EQ(place(shorter, Sync::size), Place::replaced);
  EXPECT_EQ(place(same, Sync::mtime), Place::kept);
  EXPECT_EQ(place(older, Sync::mtime), Place::replaced);
  EXPECT_EQ(place(shorter, Sync::mtime), Place::replaced);
  EXPECT_EQ(place(older, Sync::checksum), Place::compared);
  EXPECT_EQ(place(shorter, Sync::checksum), Place::replaced);
}

TEST(JudgeSync, a_server_without_times_lets_nothing_be_kept_for_its_age) {
  EXPECT_EQ(place({100, "", "d"}, Sync::mtime), Place::replaced);
}

TEST(JudgeSync, a_folder_is_in_the_way_at_every_level) {
  for (const Sync sync : {Sync::always, Sync::missing, Sync::checksum}) {
    Options options;
    options.sync = sync;
    const auto judged = judge_place(Standing{true, {}}, source, options);
    ASSERT_FALSE(judged);
    EXPECT_EQ(judged.error().code, FaultCode::is_a_folder);
  }
}

TEST(JudgeSync, what_came_meanwhile_is_replaced_where_files_are_chosen) {
  Options options;
  options.existing = Existing::fail;
  options.sync = Sync::size;
  EXPECT_EQ(judge_place_again(Standing{false, source}, options), Place::replaced);
  options.sync = Sync::always;
  EXPECT_FALSE(judge_place_again(Standing{false, source}, options));
}

}  // namespace
}  // namespace rft::mover
