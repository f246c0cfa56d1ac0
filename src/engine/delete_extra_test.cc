// Requests that delete what their destination has more: when, what, and what ends it.
#include "core/extras.h"
#include "engine/wholes_for_tests.h"

namespace rft {
namespace {

struct DeleteExtra : testing::Test {
  DeleteExtra() { options.delete_extra = true; }

  std::optional<ListOrder> listing() {
    for (const Order& order : world.fresh()) {
      if (const auto* list = std::get_if<ListOrder>(&order)) return *list;
    }
    return std::nullopt;
  }
  void list(const ListOrder& order, const std::vector<std::string>& names, bool to_the_end = true) {
    Listed listed;
    listed.whole = to_the_end;
    for (const std::string& name : names) listed.files.push_back({name, 10U, "1", {}});
    if (!to_the_end) listed.after = names.back();
    world.say(order.task, listed);
    if (to_the_end) world.say(order.task, Done{});
  }
  // All that the source has is at the destination; the listing of that is what comes next.
  ListOrder deliver(const std::vector<std::string>& names) {
    world.submit("h", Submit::What::tree, options);
    const auto source = listing();
    EXPECT_TRUE(source && source->source.endpoint.host == "a");
    list(*source, names);
    for (const BundleOrder& order : bundles_of(world.fresh())) world.move(order, all_done);
    const auto destination = listing();
    EXPECT_TRUE(destination && destination->source.endpoint.host == "b");
    return destination.value();
  }
  static std::vector<std::string> paths(const BundleOrder& order) {
    std::vector<std::string> all;
    for (const BundleItem& item : order.items) all.push_back(item.destination);
    return all;
  }
  // rftd and its movers.
  void die() {
    const std::vector<std::string> before = world.movers.started;
    world.start();
    for (const std::string& mover : before) world.engine->mover_gone(mover, true, Duration{0});
    world.run();
  }
  Options options;
  World world;
};

const auto all_deleted = [](const BundleItem&) { return Fate::deleted; };

TEST_F(DeleteExtra, what_the_source_has_not_is_deleted_when_all_else_is_there) {
  const ListOrder order = deliver({"f1", "f2"});
  EXPECT_EQ(order.options.act, Act::remove);
  list(order, {"f1", "f2", "x1", "x2"});
  const auto bundles = bundles_of(world.fresh());
  ASSERT_EQ(bundles.size(), 1U);
  EXPECT_EQ(paths(bundles[0]), (std::vector<std::string>{"/d/x1", "/d/x2"}));
  EXPECT_EQ(bundles[0].source.host, "b") << "nothing of the source is waited for";
  world.move(bundles[0], all_deleted);
  world.turn();
  const File file = world.record("h").file;
  EXPECT_EQ(file.status, Status::done);
  EXPECT_EQ(file.tally.done, 2U);
  EXPECT_EQ(file.tally.deleted, 2U);
  EXPECT_EQ(file.tally.bytes, 20U);
}

TEST_F(DeleteExtra, nothing_is_deleted_before_the_destination_is_listed_whole) {
  const ListOrder order = deliver({"f1"});
  list(order, {"f1", "x1"}, false);
  EXPECT_TRUE(world.fresh().empty());
  die();
  EXPECT_TRUE(bundles_of(world.fresh()).empty()) << "and not by the next rftd either";
}

TEST_F(DeleteExtra, a_destination_that_is_not_listed_whole_keeps_all_and_a_retry_lists_the_rest) {
  const ListOrder order = deliver({"f1"});
  list(order, {"f1", "x1"}, false);
  world.say(order.task, Failed{{FaultCode::not_permitted, Side::source, Doing::list, "550", ""},
                               FlowEnd::no_flow,
                               {},
                               {},
                               0,
                               false});
  world.turn();
  const File file = world.record("h").file;
  EXPECT_EQ(file.status, Status::failed);
  EXPECT_EQ(file.tally.deleted, 0U);
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto again = listing();
  ASSERT_TRUE(again);
  EXPECT_EQ(again->due.at(0).after, "x1");
  list(*again, {"x2"});
  std::vector<std::string> deleted;
  for (const BundleOrder& one : bundles_of(world.fresh())) {
    for (const std::string& path : paths(one)) deleted.push_back(path);
    world.move(one, all_deleted);
  }
  world.turn();
  std::sort(deleted.begin(), deleted.end());
  EXPECT_EQ(deleted, (std::vector<std::string>{"/d/x1", "/d/x2"}));
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST_F(DeleteExtra, where_a_file_failed_the_destination_is_not_even_listed) {
  world.submit("h", Submit::What::tree, options);
  list(*listing(), {"f1", "f3"});
  for (const BundleOrder& order : bundles_of(world.fresh())) world.move(order, third_fails);
  EXPECT_FALSE(listing());
  EXPECT_EQ(world.record("h").file.status, Status::failed);
  ASSERT_TRUE(world.call(Commit{"h"}));
  for (const BundleOrder& order : bundles_of(world.fresh())) world.move(order, all_done);
  EXPECT_TRUE(listing()) << "when it is there, the destination is";
}

TEST_F(DeleteExtra, a_source_of_folders_alone_deletes_nothing) {
  world.submit("h", Submit::What::tree, options);
  const ListOrder order = listing().value();
  Listed root, below;
  root.whole = below.whole = true;
  root.folders = {"d/"};
  below.folder = "d/";
  world.say(order.task, root);
  world.say(order.task, below);
  world.say(order.task, Done{});
  for (const BundleOrder& made : bundles_of(world.fresh())) world.move(made, all_done);
  EXPECT_TRUE(world.fresh().empty()) << "the destination is not even listed";
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST_F(DeleteExtra, a_source_that_is_empty_deletes_nothing) {
  world.submit("h", Submit::What::tree, options);
  list(*listing(), {});
  EXPECT_TRUE(world.fresh().empty()) << "the destination is not even listed";
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST_F(DeleteExtra, deleting_goes_on_under_the_next_rftd) {
  const ListOrder order = deliver({"f1"});
  list(order, {"f1", "x1"});
  ASSERT_EQ(bundles_of(world.fresh()).size(), 1U);
  die();
  const auto again = bundles_of(world.fresh());
  ASSERT_EQ(again.size(), 1U);
  world.move(again[0], all_deleted);
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.record("h").file.tally.deleted, 1U);
}

TEST_F(DeleteExtra, of_a_plan_is_told_and_not_done) {
  options.act = Act::plan;
  world.submit("h", Submit::What::tree, options);
  list(*listing(), {"f1"});
  const auto would_move = [](const BundleItem&) { return Fate::would_move; };
  for (const BundleOrder& order : bundles_of(world.fresh())) world.move(order, would_move);
  const auto order = listing();
  ASSERT_TRUE(order);
  list(*order, {"f1", "x1"});
  EXPECT_TRUE(world.fresh().empty());
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.record("h").file.tally.deleted, 1U);
}

TEST_F(DeleteExtra, of_all_or_none_comes_after_all_is_published) {
  options.all_or_none = true;
  world.submit("h", Submit::What::tree, options);
  list(*listing(), {"f1"});
  const auto proving = bundles_of(world.fresh());
  ASSERT_EQ(proving.size(), 1U);
  BundleVerified verified;
  verified.items.push_back({0, PublishIntent{{10, "1", "u"}, {}}});
  world.say(proving[0].task, verified);
  world.say(proving[0].task, Proven{});
  const auto publishing = bundles_of(world.fresh());
  ASSERT_EQ(publishing.size(), 1U);
  world.move(publishing[0], all_done);
  const auto order = listing();
  ASSERT_TRUE(order);
  list(*order, {"f1", "x1"}, false);
  EXPECT_TRUE(world.fresh().empty()) << "that it published does not mean that it may delete";
  list(*order, {"x2"});
  for (const BundleOrder& one : bundles_of(world.fresh())) world.move(one, all_deleted);
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.record("h").file.tally.deleted, 2U);
}

// A link that an earlier copy followed: what it made may be all that is left of it.
TEST_F(DeleteExtra, what_stands_below_a_name_that_was_passed_over_stays) {
  options.links = Links::skip;
  world.submit("h", Submit::What::tree, options);
  const ListOrder source = listing().value();
  const Fault link{FaultCode::is_a_link, Side::source, Doing::list, "", ""};
  Listed listed;
  listed.whole = true;
  listed.files = {{"f1", 10U, "1", {}}};
  listed.passed_over = {{"to-folder", link}};
  world.say(source.task, listed);
  world.say(source.task, Done{});
  for (const BundleOrder& order : bundles_of(world.fresh())) world.move(order, all_done);
  const ListOrder destination = listing().value();
  Listed there;
  there.whole = true;
  there.files = {{"f1", 10U, "1", {}}};
  there.folders = {"to-folder/"};
  world.say(destination.task, there);
  world.say(destination.task,
            Listed{"to-folder/", "", true, {{"to-folder/x", 10U, "1", {}}}, {}, {}});
  world.say(destination.task, Done{});
  EXPECT_TRUE(bundles_of(world.fresh()).empty());
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.record("h").file.tally.deleted, 0U);
}

TEST_F(DeleteExtra, below_a_link_that_was_followed_what_the_source_has_stays) {
  world.submit("h", Submit::What::tree, options);
  const ListOrder source = listing().value();
  const Listed root{"", "", true, {}, {"l/"}, {}};  // under the name of the link
  world.say(source.task, root);
  world.say(source.task, Listed{"l/", "", true, {{"l/f", 10U, "1", {}}}, {}, {}});
  world.say(source.task, Done{});
  for (const BundleOrder& order : bundles_of(world.fresh())) world.move(order, all_done);
  const ListOrder destination = listing().value();
  world.say(destination.task, root);
  Listed below;
  below.folder = "l/";
  below.whole = true;
  below.files = {{"l/f", 10U, "1", {}}, {"l/extra", 10U, "1", {}}};
  world.say(destination.task, below);
  world.say(destination.task, Done{});
  const auto removals = bundles_of(world.fresh());
  ASSERT_EQ(removals.size(), 1U);
  ASSERT_EQ(removals[0].items.size(), 1U);
  EXPECT_EQ(removals[0].items[0].destination, "/d/l/extra");
}

TEST_F(DeleteExtra, a_link_that_was_not_followed_lets_nothing_be_deleted) {
  world.submit("h", Submit::What::tree, options);
  const ListOrder source = listing().value();
  const Fault loop{FaultCode::is_a_link, Side::source, Doing::list, "", "it leads back"};
  Listed listed;
  listed.whole = true;
  listed.files = {{"f1", 10U, "1", {}}};
  listed.passed_over = {{"loop", loop, true}};
  world.say(source.task, listed);
  world.say(source.task, Done{});
  for (const BundleOrder& order : bundles_of(world.fresh())) world.move(order, all_done);
  EXPECT_FALSE(listing()) << "no extra is sought";
  EXPECT_EQ(world.record("h").file.status, Status::failed);
}

TEST_F(DeleteExtra, a_folder_that_could_not_be_listed_fails_it_whatever_is_included) {
  options.include = {"*.dat"};
  world.submit("h", Submit::What::tree, options);
  const ListOrder source = listing().value();
  const Fault locked{FaultCode::not_permitted, Side::source, Doing::list, "550 no", ""};
  Listed listed;
  listed.whole = true;
  listed.files = {{"f1.dat", 10U, "1", {}}};
  listed.folders = {"sub/"};
  world.say(source.task, listed);
  Listed unread;
  unread.folder = "sub/";
  unread.whole = true;
  unread.passed_over = {{"sub/", locked}};
  world.say(source.task, unread);
  world.say(source.task, Done{});
  for (const BundleOrder& order : bundles_of(world.fresh())) world.move(order, all_done);
  EXPECT_FALSE(listing()) << "no extra is sought";
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::failed);
  EXPECT_EQ(world.record("h").file.tally.failed, 1U);
}

}  // namespace
}  // namespace rft
