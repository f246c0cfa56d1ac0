// A task that moves nothing: what stands there is as good, or it is a plan or a check.
#include "mover/task_test_world.h"

namespace rft::mover {
namespace {

TEST_F(TaskRules, what_is_as_good_by_sync_is_skipped_and_not_called_identical) {
  world.destination["/d/file"] = {{70, "1", "other"}, "other", 0};
  order.options.sync = Sync::missing;
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_TRUE(std::get<Done>(last).skipped);
  EXPECT_FALSE(std::get<Done>(last).adopted);
  EXPECT_EQ(std::get<Done>(last).size, 70U) << "that of what stands there";
}

TEST_F(TaskRules, a_plan_says_done_and_changes_nothing) {
  order.options.act = Act::plan;
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_FALSE(std::get<Done>(last).adopted);
  EXPECT_EQ(std::get<Done>(last).size, 100U);
  EXPECT_EQ(std::get<Done>(last).verdict, Verdict::none) << "nothing is proven";
  EXPECT_FALSE(begun_);
  EXPECT_TRUE(world.said.empty());
  EXPECT_TRUE(world.destination.empty());
}

TEST_F(TaskRules, a_plan_tells_what_is_there_already_and_what_stands_in_the_way) {
  order.options.act = Act::plan;
  world.destination["/d/file"] = {{100, "1", "other"}, "abcd", 0};
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_TRUE(std::get<Done>(last).adopted);
  order.options.existing = Existing::fail;
  EXPECT_EQ(fault_of(run()), FaultCode::destination_exists);
  order.destination = parse_url("ftp://b/nowhere/file").value();
  EXPECT_EQ(fault_of(run()), FaultCode::no_such_folder);
  order.destination = parse_url("ftp://b/d/new/file").value();
  EXPECT_TRUE(std::holds_alternative<Done>(run()));
  order.options.parents = Parents::fail;
  EXPECT_EQ(fault_of(run()), FaultCode::no_such_folder);
}

TEST_F(TaskRules, a_check_asks_the_destination_alone_and_changes_nothing) {
  order.options.act = Act::check;
  order.options.checksum = {"ADLER32", "0000abcd"};
  order.recorded_size = 100;
  world.source.clear();
  EXPECT_EQ(fault_of(run()), FaultCode::no_such_file);
  world.destination["/d/file"] = {{100, "1", "other"}, "0000abcd", 0};
  const TaskSays last = run();
  ASSERT_TRUE(std::holds_alternative<Done>(last));
  EXPECT_EQ(std::get<Done>(last).verdict, Verdict::verified);
  EXPECT_EQ(std::get<Done>(last).size, 100U);
  EXPECT_FALSE(std::get<Done>(last).adopted);
  EXPECT_FALSE(begun_);
  EXPECT_TRUE(world.said.empty());
  world.destination["/d/file"].checksum = "0000beef";
  EXPECT_EQ(fault_of(run()), FaultCode::not_as_recorded);
  order.options.checksum = {};
  EXPECT_EQ(std::get<Done>(run()).verdict, Verdict::size_only);
  order.recorded_size = 101;
  EXPECT_EQ(fault_of(run()), FaultCode::not_as_recorded);
}

}  // namespace
}  // namespace rft::mover
