// Requests of many files: what the engine does with their parts.
#include "engine/wholes_for_tests.h"

namespace rft {
namespace {

TEST(Wholes, a_list_is_moved_whole_and_a_repeated_line_counts_once) {
  World world;
  world.submit("h", Submit::What::list);
  EXPECT_EQ(world.call(AddFiles{"h", lines(0, 1000)})->added, 1000U);
  const Answer again = world.call(AddFiles{"h", lines(900, 600)});
  EXPECT_EQ(again->added, 500U);
  EXPECT_EQ(again->files, 1500U);
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play(all_done);
  const Transfer whole = world.record("h");
  EXPECT_EQ(whole.file.status, Status::done);
  EXPECT_EQ(
      whole.file.tally,
      (Tally{
          .files = 1500, .done = 1500, .bytes = 15000, .bytes_done = 15000, .real_files = 1500}));
  EXPECT_EQ(world.moved, 1500U);
}

NewFile line_from(const std::string& source, const std::string& destination) {
  return {*parse_url("ftp://a/s/" + source), *parse_url("ftp://b/d/" + destination), {}, {}, {}};
}

TEST(Wholes, two_lines_with_one_destination_are_refused_and_nothing_of_their_chunk_is_added) {
  World world;
  world.submit("h", Submit::What::list);
  const Answer one_chunk =
      world.call(AddFiles{"h", {line_from("x", "x"), line_from("a", "y"), line_from("b", "y")}});
  ASSERT_FALSE(one_chunk);
  EXPECT_EQ(one_chunk.error().code, Code::destination_twice);
  EXPECT_EQ(one_chunk.error().line, 3U);
  EXPECT_NE(one_chunk.error().detail.find("ftp://a/s/b"), std::string::npos);
  EXPECT_NE(one_chunk.error().detail.find("ftp://b/d/y"), std::string::npos);
  EXPECT_EQ(world.call(AddFiles{"h", {}})->files, 0U);
  ASSERT_TRUE(world.call(AddFiles{"h", {line_from("a", "y")}}));
  const Answer another = world.call(AddFiles{"h", {line_from("x", "x"), line_from("b", "y")}});
  ASSERT_FALSE(another);
  EXPECT_EQ(another.error().code, Code::destination_twice);
  EXPECT_EQ(another.error().line, 2U);
  EXPECT_EQ(world.call(AddFiles{"h", {line_from("a", "y"), line_from("b", "Y")}})->files, 2U)
      << "names are told apart by case";
}

TEST(Wholes, a_repeated_line_that_wants_another_checksum_is_refused) {
  World world;
  world.submit("h", Submit::What::list);
  NewFile line = line_from("x", "x");
  line.checksum = {"MD5", "00112233445566778899aabbccddeeff"};
  ASSERT_TRUE(world.call(AddFiles{"h", {line}}));
  EXPECT_EQ(world.call(AddFiles{"h", {line}})->files, 1U);
  line.checksum.value[0] = 'f';
  EXPECT_EQ(world.call(AddFiles{"h", {line}}).error().code, Code::destination_twice);
}

TEST(Wholes, nothing_is_added_after_the_commit_nor_to_one_file) {
  World world;
  world.submit("h", Submit::What::list);
  ASSERT_TRUE(world.call(AddFiles{"h", lines(0, 1)}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  EXPECT_EQ(world.call(AddFiles{"h", lines(1, 1)}).error().code, Code::wrong_state);
  Submit one;
  one.handle = "one";
  one.source = *parse_url("ftp://a/x");
  one.destination = *parse_url("ftp://b/x");
  ASSERT_TRUE(world.call(one));
  EXPECT_EQ(world.call(AddFiles{"one", lines(1, 1)}).error().code, Code::wrong_state);
}

TEST(Wholes, an_empty_list_is_done) {
  World world;
  world.submit("h", Submit::What::list);
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play(all_done);
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST(Wholes, one_bad_file_fails_the_whole_and_a_commit_sends_it_alone_again) {
  World world;
  world.submit("h", Submit::What::list);
  ASSERT_TRUE(world.call(AddFiles{"h", lines(0, 1100)}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play(third_fails);
  Transfer whole = world.record("h");
  EXPECT_EQ(whole.file.status, Status::failed);
  EXPECT_EQ(whole.file.fault->code, FaultCode::some_files_failed);
  EXPECT_EQ(whole.file.tally.failed, 1U);
  EXPECT_EQ(whole.file.tally.done, 1099U);
  world.moved = 0;
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play(all_done);
  EXPECT_EQ(world.moved, 1U);
  whole = world.record("h");
  EXPECT_EQ(whole.file.status, Status::done);
  EXPECT_EQ(whole.file.tally.done, 1100U);
  EXPECT_EQ(whole.file.tally.failed, 0U);
}

TEST(Wholes, a_large_file_that_is_as_good_by_sync_is_skipped) {
  World world;
  Options options;
  options.sync = Sync::size;
  world.submit("h", Submit::What::list, options);
  std::vector<NewFile> files = lines(0, 1);
  files[0].size = bundle_file_max;
  ASSERT_TRUE(world.call(AddFiles{"h", files}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  const Task task = std::get<MoveOrder>(world.fresh().at(0)).task;
  Done skipped;
  skipped.size = bundle_file_max;
  skipped.skipped = true;
  world.say(task, skipped);
  const Tally tally = world.record("h").file.tally;
  EXPECT_EQ(tally.done, 0U);
  EXPECT_EQ(tally.skipped, 1U);
  EXPECT_EQ(tally.bytes_skipped, bundle_file_max);
}

TEST(Wholes, a_large_file_of_a_bundle_is_moved_by_itself) {
  World world;
  world.submit("h", Submit::What::list);
  std::vector<NewFile> files = lines(0, 10);
  files[5].size = 2 * bundle_file_max;
  ASSERT_TRUE(world.call(AddFiles{"h", files}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play(
      [](const BundleItem& item) { return item.source == "/s/f8" ? Fate::apart : Fate::done; });
  const Transfer whole = world.record("h");
  EXPECT_EQ(whole.file.status, Status::done);
  EXPECT_EQ(whole.file.tally.files, 10U);
  EXPECT_EQ(whole.file.tally.done, 10U);
  EXPECT_EQ(world.moved, 8U);
  EXPECT_EQ(world.moved_alone, 2U);
}

TEST(Wholes, what_has_arrived_of_a_file_that_moves_counts_once) {
  World world;
  world.submit("h", Submit::What::list);
  std::vector<NewFile> files = lines(0, 1);
  files[0].size = 2 * bundle_file_max;
  ASSERT_TRUE(world.call(AddFiles{"h", files}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto orders = world.fresh();
  ASSERT_EQ(orders.size(), 1U);
  const Task task = std::get<MoveOrder>(orders[0]).task;
  Moving moving;
  moving.confirmed.add({0, bundle_file_max});
  moving.rate = 7;
  world.say(task, moving);
  EXPECT_EQ(world.live("h").bytes_confirmed, bundle_file_max);
  EXPECT_EQ(world.live("h").rate, 7U);
  world.say(task, Done{{}, Verdict::verified, false, 2 * bundle_file_max, 0});
  EXPECT_EQ(world.record("h").file.tally.bytes_done, 2 * bundle_file_max);
}

TEST(Wholes, a_tree_is_moved_while_it_is_still_being_listed) {
  World world;
  world.submit("h", Submit::What::tree);
  const auto orders = world.fresh();
  ASSERT_EQ(orders.size(), 1U);
  const auto& list = std::get<ListOrder>(orders[0]);
  EXPECT_EQ(list.source.text(), "ftp://a/s/");
  EXPECT_EQ(list.due, std::vector{FolderDue{}});
  Listed first{"", "b", true, {{"a%20x", 10, "", {}}, {"b", 10, "", {}}}, {"sub/"}, {}};
  world.say(list.task, first);
  const auto bundles = bundles_of(world.fresh());
  ASSERT_EQ(bundles.size(), 1U);
  EXPECT_EQ(bundles[0].items[0].source, "/s/a%20x");
  EXPECT_EQ(bundles[0].items[0].destination, "/d/a%20x");
  world.move(bundles[0], all_done);
  EXPECT_EQ(world.record("h").file.status, Status::active) << "a folder is not listed yet";
  world.say(list.task,
            Listed{"sub/",
                   "c",
                   true,
                   {{"sub/c", 10, "", {}}},
                   {},
                   {{"sub/pipe", {FaultCode::not_supported, Side::source, Doing::list, "", ""}}}});
  world.say(list.task, Done{{}, Verdict::none, false, 3, 0});
  world.play(all_done);
  const Transfer whole = world.record("h");
  EXPECT_EQ(whole.file.status, Status::failed) << "the pipe could not be moved";
  EXPECT_EQ(
      whole.file.tally,
      (Tally{.files = 4, .done = 3, .failed = 1, .bytes = 30, .bytes_done = 30, .real_files = 3}));
}

// A link of the source may lead there.
TEST(Wholes, of_a_tree_on_one_host_the_listing_knows_where_the_copy_stands) {
  for (const std::string host : {"a", "b"}) {
    World world;
    Submit submit;
    submit.what = Submit::What::tree;
    submit.source = *parse_folder_url("ftp://a/s/");
    submit.destination = *parse_folder_url("ftp://" + host + ":2121/d/");
    submit.commit = true;
    ASSERT_TRUE(world.call(submit));
    const auto list = std::get<ListOrder>(world.fresh().at(0));
    if (host == "a") {
      EXPECT_EQ(list.destination, submit.destination);
    } else {
      EXPECT_EQ(list.destination, std::nullopt);
    }
  }
}

TEST(Wholes, of_a_tree_only_what_is_wanted_is_moved) {
  World world;
  Options options;
  options.include = {"*.root"};
  options.exclude = {"bad*"};
  world.submit("h", Submit::What::tree, options);
  const Task task = std::get<ListOrder>(world.fresh()[0]).task;
  world.say(task, Listed{"",
                         "z",
                         true,
                         {{"a.root", 1, "", {}}, {"bad.root", 1, "", {}}, {"notes", 1, "", {}}},
                         {"new/"},
                         {}});
  world.say(task, Listed{"new/", "b", true, {{"new/b.root", 1, "", {}}}, {}, {}});
  world.say(task, Done{});
  world.play(all_done);
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.record("h").file.tally.files, 2U);
}

// Listed whole, with what is in it.
Listed folder(std::string path, std::vector<ListedFile> files = {},
              std::vector<std::string> folders = {}, std::vector<PassedOver> passed_over = {}) {
  return {std::move(path), "", true, std::move(files), std::move(folders), std::move(passed_over)};
}

TEST(Wholes, what_a_listing_passed_over_is_not_tried_before_the_next_commit) {
  World world;
  world.submit("h", Submit::What::tree);
  const Task task = std::get<ListOrder>(world.fresh()[0]).task;
  const Fault no{FaultCode::not_supported, Side::source, Doing::list, "", ""};
  world.say(task, folder("", {}, {"sub/"}, {{"pipe", no}}));
  world.say(task, folder("sub/", {{"sub/f", 10, "", {}}}));
  const auto bundles = bundles_of(world.fresh());
  ASSERT_EQ(bundles.size(), 1U);
  EXPECT_EQ(bundles[0].items[0].source, "/s/sub/f");
}

TEST(Wholes, a_wide_tree_is_listed_by_several_parts_whose_orders_do_not_grow_with_it) {
  World world;
  world.submit("h", Submit::What::tree);
  const Task root = std::get<ListOrder>(world.fresh()[0]).task;
  for (int word = 0; word < 100; ++word) {
    Listed some{"", std::to_string(word), word == 99, {{"f" + std::to_string(word), 10, "", {}}}};
    for (int n = 0; n < 100; ++n)
      some.folders_apart.push_back(std::to_string(100 * word + n) + "/");
    world.say(root, some);
  }
  world.say(root, Done{});
  std::size_t folders = 0;
  for (auto orders = world.fresh(); !orders.empty(); orders = world.fresh()) {
    for (const Order& order : orders) {
      if (const auto* bundle = std::get_if<BundleOrder>(&order)) world.move(*bundle, all_done);
      const auto* list = std::get_if<ListOrder>(&order);
      if (list == nullptr) continue;
      EXPECT_EQ(world.record("h").file.status, Status::active);
      EXPECT_LE(list->due.size(), 100U);
      FoldersListed all;
      for (const FolderDue& due : list->due) {
        all.folders.push_back(folder(due.path, {{due.path + "f", 10, "", {}}}));
      }
      folders += all.folders.size();
      world.say(list->task, all);
      world.say(list->task, Done{});
    }
  }
  EXPECT_EQ(folders, 10'000U) << "each once";
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.record("h").file.tally.done, 10'100U);
}

TEST(Wholes, a_number_of_a_part_is_not_given_twice_after_a_restart) {
  World world;
  world.submit("h", Submit::What::tree);
  const Task root = std::get<ListOrder>(world.fresh()[0]).task;
  Listed first = folder("", {{"f", 10, "", {}}});
  first.folders_apart = {"a/", "b/"};
  world.say(root, first);
  world.say(root, Done{});
  const std::vector<std::string> before = world.movers.started;
  world.start();
  for (const std::string& mover : before) world.engine->mover_gone(mover, true, Duration{0});
  for (int turns = 0; turns < 100 && world.record("h").file.status != Status::done; ++turns) {
    for (const Order& order : world.fresh()) {
      if (const auto* bundle = std::get_if<BundleOrder>(&order)) world.move(*bundle, all_done);
      const auto* list = std::get_if<ListOrder>(&order);
      if (list == nullptr) continue;
      FoldersListed all;
      for (const FolderDue& due : list->due) {
        all.folders.push_back(folder(due.path, {{due.path + "g", 10, "", {}}}));
      }
      world.say(list->task, all);
      world.say(list->task, Done{});
    }
  }
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.record("h").file.tally.done, 3U);
}

TEST(Wholes, a_tree_is_not_done_where_its_mover_ends_the_listing_before_all_was_told) {
  World world;
  world.submit("h", Submit::What::tree);
  const Task root = std::get<ListOrder>(world.fresh()[0]).task;
  world.say(root, folder("", {}, {"sub/"}));
  world.say(root, Done{});
  EXPECT_EQ(world.record("h").file.status, Status::committed) << "its listing is tried again";
  EXPECT_EQ(world.record("h").file.tally.files, 1U) << "that counts until it is whole";
}

TEST(Wholes, a_folder_that_could_not_be_listed_is_listed_by_the_next_commit) {
  World world;
  world.submit("h", Submit::What::tree);
  const Task root = std::get<ListOrder>(world.fresh()[0]).task;
  const Fault no{FaultCode::not_permitted, Side::source, Doing::list, "550 no", ""};
  world.say(root, folder("", {{"f", 10, "", {}}}, {"sub/"}));
  world.say(root, folder("sub/", {}, {}, {{"sub/", no}}));
  world.say(root, Done{});
  world.play(all_done);
  EXPECT_EQ(world.record("h").file.status, Status::failed);
  EXPECT_EQ(world.record("h").file.tally.failed, 1U);
  ASSERT_TRUE(world.call(Commit{"h"}));
  std::optional<ListOrder> again;
  for (const Order& order : world.fresh()) {
    if (const auto* list = std::get_if<ListOrder>(&order)) again = *list;
  }
  ASSERT_TRUE(again);
  EXPECT_EQ(again->due, std::vector{FolderDue{"sub/"}});
  world.say(again->task, folder("sub/", {{"sub/g", 10, "", {}}}));
  world.say(again->task, Done{});
  world.play(all_done);
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.record("h").file.tally.done, 2U);
}

TEST(Wholes, an_empty_tree_is_its_root_and_is_not_done_before_that_is_made) {
  World world;
  world.submit("h", Submit::What::tree);
  const Task task = std::get<ListOrder>(world.fresh()[0]).task;
  world.say(task, folder(""));
  world.say(task, Done{});
  EXPECT_EQ(world.record("h").file.status, Status::active);
  const auto orders = bundles_of(world.fresh());
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].items[0].destination, "/d/");
  world.move(orders[0], all_done);
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST(Wholes, links_are_skipped_or_fail_as_was_asked_for) {
  for (const Links links : {Links::skip, Links::fail}) {
    World world;
    Options options;
    options.links = links;
    world.submit("h", Submit::What::tree, options);
    const Task task = std::get<ListOrder>(world.fresh()[0]).task;
    const Fault link{FaultCode::is_a_link, Side::source, Doing::list, "", ""};
    world.say(task, folder("", {{"f", 10, "", {}}}, {}, {{"link", link}}));
    world.say(task, Done{});
    world.play(all_done);
    const File& file = world.record("h").file;
    EXPECT_EQ(file.status, links == Links::skip ? Status::done : Status::failed);
    EXPECT_EQ(file.tally.skipped, links == Links::skip ? 1U : 0U);
    EXPECT_EQ(file.tally.failed, links == Links::skip ? 0U : 1U);
  }
}

TEST(Wholes, with_skip_errors_a_bad_source_is_skipped_and_a_bad_destination_is_not) {
  for (const Side side : {Side::source, Side::destination}) {
    World world;
    Options options;
    options.skip_errors = true;
    world.submit("h", Submit::What::list, options);
    ASSERT_TRUE(world.call(AddFiles{"h", lines(0, 2)}));
    ASSERT_TRUE(world.call(Commit{"h"}));
    const auto order = bundles_of(world.fresh()).at(0);
    Outcomes outcomes;
    outcomes.outcomes = {{0, Fate::done, 1, {}, Verdict::verified, false, {}},
                         {1,
                          Fate::failed,
                          0,
                          {},
                          Verdict::none,
                          false,
                          Fault{FaultCode::not_permitted, side, Doing::move, "550 no", ""}}};
    world.say(order.task, outcomes);
    world.say(order.task, Done{});
    world.turn();
    const File& file = world.record("h").file;
    EXPECT_EQ(file.status, side == Side::source ? Status::done : Status::failed);
    EXPECT_EQ(file.tally.skipped, side == Side::source ? 1U : 0U);
  }
}

TEST(Wholes, a_listing_goes_on_where_it_was_after_its_mover_died) {
  World world;
  world.submit("h", Submit::What::tree);
  const Task task = std::get<ListOrder>(world.fresh()[0]).task;
  world.say(task, Listed{"", "b", false, {{"b", 1, "", {}}}, {"sub/"}, {}});
  world.engine->mover_gone(world.movers.started.back(), false, Duration{0});
  world.run();
  std::vector<FolderDue> due;
  for (const Order& order : world.fresh()) {
    if (const auto* list = std::get_if<ListOrder>(&order)) due = list->due;
  }
  EXPECT_EQ(due, (std::vector<FolderDue>{{"", "b", true}, {"sub/", ""}}));
}

TEST(Wholes, a_stop_stops_its_parts_and_a_commit_moves_the_rest) {
  World world;
  world.submit("h", Submit::What::list);
  ASSERT_TRUE(world.call(AddFiles{"h", lines(0, 5000)}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto bundles = bundles_of(world.fresh());
  ASSERT_EQ(bundles.size(), Limits{}.bundles_per_link_max);
  world.move(bundles[0], all_done);
  const Answer stopped = world.call(Stop{"h"});
  EXPECT_TRUE(stopped->stopping);
  std::vector<Task> told;
  for (const Order& order : world.fresh()) {
    if (const auto* stop = std::get_if<StopOrder>(&order)) told.push_back(stop->task);
  }
  EXPECT_EQ(told.size(), bundles.size()) << "the three of the first and the one that came after";
  for (const Task& task : told) world.say(task, Stopped{FlowEnd::known});
  world.turn();
  Transfer whole = world.record("h");
  EXPECT_EQ(whole.file.status, Status::user_stop_partial_trans);
  EXPECT_EQ(whole.file.tally.done, bundle_items_max);
  ASSERT_TRUE(world.call(Commit{"h"}));
  EXPECT_EQ(world.told("h", "stopped"),
            "512 of 5000 files, 5120 bytes; 0 failed, 0 skipped, 4488 stopped");
  EXPECT_EQ(
      world.told("h", "revived"),
      "it was user_stop_partial_trans; 512 of 5000 files have ended and stay so, 4488 go again");
  world.play(all_done);
  EXPECT_EQ(world.record("h").file.status, Status::done);
  EXPECT_EQ(world.moved, 5000U) << "each file once";
}

TEST(Wholes, a_restart_in_the_middle_loses_no_file_and_moves_none_twice) {
  World world;
  world.submit("h", Submit::What::list);
  for (int n = 0; n < 30'000; n += 10'000) {
    ASSERT_TRUE(world.call(AddFiles{"h", lines(n, 10'000)}));
  }
  ASSERT_TRUE(world.call(Commit{"h"}));
  auto bundles = bundles_of(world.fresh());
  world.move(bundles[0], third_fails);
  world.move(bundles[2], all_done);
  const std::vector<std::string> before = world.movers.started;
  world.start();
  for (const std::string& mover : before) world.engine->mover_gone(mover, true, Duration{0});
  world.run();
  EXPECT_EQ(world.record("h").file.tally.done, 2 * bundle_items_max - 1);
  world.play(all_done);
  const Transfer whole = world.record("h");
  EXPECT_EQ(whole.file.status, Status::failed);
  EXPECT_EQ(whole.file.tally.done, 29'999U);
  EXPECT_EQ(world.moved, 29'999U);
}

TEST(Wholes, beyond_what_there_is_for_all_a_request_has_its_own_share_in_memory_and_moves_on) {
  const auto waiting = [](World& world) {
    world.submit("h", Submit::What::list);
    for (int n = 0; n < 30'000; n += 10'000) world.call(AddFiles{"h", lines(n, 10'000)});
    world.call(Commit{"h"});
    world.turn();
    return world.engine->totals().waiting;
  };
  World usual, full(Limits{.memory_for_open = 0});
  const std::uint64_t in_window = waiting(usual), in_share = waiting(full);
  EXPECT_EQ(in_window, 8U) << "beside the 4 that are with a mover";
  EXPECT_LT(in_share, in_window);
  EXPECT_GT(in_share, 0U);
  full.play(all_done);
  EXPECT_EQ(full.record("h").file.status, Status::done);
  EXPECT_EQ(full.moved, 30'000U) << "each file once";
}

TEST(Wholes, a_small_request_is_not_starved_by_a_large_one_before_it) {
  World world;
  world.submit("large", Submit::What::list);
  for (int n = 0; n < 100'000; n += 10'000) {
    ASSERT_TRUE(world.call(AddFiles{"large", lines(n, 10'000)}));
  }
  ASSERT_TRUE(world.call(Commit{"large"}));
  world.submit("small", Submit::What::list);
  ASSERT_TRUE(world.call(AddFiles{"small", lines(200'000, 3)}));
  ASSERT_TRUE(world.call(Commit{"small"}));
  for (int turns = 0; turns < 100 && world.record("small").file.status != Status::done; ++turns) {
    for (const BundleOrder& order : bundles_of(world.fresh())) world.move(order, all_done);
  }
  EXPECT_EQ(world.record("small").file.status, Status::done);
  EXPECT_LT(world.record("large").file.tally.done, 50'000U);
}

TEST(Wholes, a_tree_that_is_stopped_while_it_is_listed_is_not_done) {
  World world;
  world.submit("h", Submit::What::tree);
  const auto orders = world.fresh();
  ASSERT_TRUE(world.call(Stop{"h"}));
  world.say(std::get<ListOrder>(orders.at(0)).task, Stopped{});
  world.turn();
  EXPECT_EQ(world.record("h").file.status, Status::user_stop_partial_trans);
}

TEST(Wholes, a_stop_of_a_part_that_was_not_saved_is_said_again) {
  World world;
  world.submit("h", Submit::What::list);
  ASSERT_TRUE(world.call(AddFiles{"h", lines(0, 3)}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.fresh();
  world.store.disturb(2, Saved::no);
  ASSERT_TRUE(world.call(Stop{"h"}));
  const auto orders = world.fresh();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<StopOrder>(orders[0]));
}

TEST(Wholes, a_part_whose_rise_was_lost_with_its_save_rises_again) {
  World world;
  world.submit("h", Submit::What::list);
  ASSERT_TRUE(world.call(AddFiles{"h", lines(0, 5)}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play(third_fails);
  ASSERT_EQ(world.record("h").file.status, Status::failed);
  world.store.disturb(3, Saved::unknown);  // after the whole's commit and start
  ASSERT_TRUE(world.call(Commit{"h"}));
  world.play(all_done);
  EXPECT_EQ(world.record("h").file.status, Status::done);
}

TEST(Wholes, clear_forgets_the_parts_and_deletes_what_they_left) {
  World world;
  world.submit("h", Submit::What::list);
  ASSERT_TRUE(world.call(AddFiles{"h", lines(0, 3)}));
  ASSERT_TRUE(world.call(Commit{"h"}));
  const auto bundles = bundles_of(world.fresh());
  ASSERT_TRUE(world.call(Stop{"h"}));
  world.say(bundles.at(0).task, Stopped{FlowEnd::known});
  world.turn();
  world.fresh();
  ASSERT_TRUE(world.call(Clear{"h"}));
  EXPECT_TRUE(world.store.tables().transfers.empty());
  const auto orders = world.fresh();
  ASSERT_FALSE(orders.empty());
  EXPECT_EQ(std::get<RemoveOrder>(orders.back()).items.size(), 3U);
}

}  // namespace
}  // namespace rft
