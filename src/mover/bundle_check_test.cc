// A check of a bundle: the destination alone is asked, and nothing is changed.
#include "mover/bundle_test_world.h"

namespace rft::mover {
namespace {

class BundleChecks : public BundleRules {
 protected:
  BundleChecks() { order.options.act = Act::check; }
  void check() {
    std::set<std::string> before;
    for (const auto& [name, file] : world.destination) before.insert(name);
    ASSERT_TRUE(std::holds_alternative<Done>(run()));
    EXPECT_TRUE(world.pipelines.empty());
    EXPECT_TRUE(world.folders_made.empty());
    EXPECT_FALSE(begun);
    expect_only(before);
    EXPECT_EQ(outcomes.size(), order.items.size());
  }
};

TEST_F(BundleChecks, ask_no_source_and_say_what_is_as_recorded) {
  add_files(2);
  world.source.clear();
  order.items[0].size = 100;
  order.items[0].checksum = {"ADLER32", "sum0"};
  stands(to(0), "u", "sum0");
  order.items[1].size = 100;
  stands(to(1), "u", "whatever");
  check();
  EXPECT_EQ(outcomes.at(0).fate, Fate::done);
  EXPECT_EQ(outcomes.at(0).verdict, Verdict::verified);
  EXPECT_EQ(outcomes.at(0).checksum, (Checksum{"ADLER32", "sum0"}));
  EXPECT_EQ(outcomes.at(1).verdict, Verdict::size_only) << "no checksum was recorded of it";
}

TEST_F(BundleChecks, tell_what_differs_what_is_gone_and_what_could_not_be_asked) {
  add_files(6);
  for (BundleItem& item : order.items) {
    item.size = 100;
    item.checksum = {"ADLER32", "sum0"};
  }
  stands(to(0), "u", "sum0");
  stands(to(1), "u", "sum0", 99);
  stands(to(2), "u", "sum1");
  world.look_refused[to(4)] = test_fault(FaultCode::not_permitted);
  order.items[5].checksum = {"MD5", "00"};
  stands(to(5), "u", "sum0");
  check();
  EXPECT_EQ(outcomes.at(0).fate, Fate::done);
  EXPECT_EQ(failed_item(1), FaultCode::not_as_recorded);
  EXPECT_EQ(outcomes.at(1).fault->detail, "it has 99 bytes, not 100");
  EXPECT_EQ(failed_item(2), FaultCode::not_as_recorded);
  EXPECT_EQ(outcomes.at(2).fault->detail, "its ADLER32 is sum1, not sum0");
  EXPECT_EQ(failed_item(3), FaultCode::no_such_file);
  EXPECT_EQ(failed_item(4), FaultCode::not_permitted);
  EXPECT_EQ(failed_item(5), FaultCode::no_common_checksum);
}

TEST_F(BundleChecks, leave_a_large_file_to_a_task_of_its_own) {
  add_files(1);
  order.items[0].checksum = {"ADLER32", "sum0"};
  stands(to(0), "u", "sum0", bundle_file_max + 1);
  check();
  EXPECT_EQ(outcomes.at(0).fate, Fate::apart);
}

}  // namespace
}  // namespace rft::mover
