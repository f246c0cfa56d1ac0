#include "core/bundle.h"

#include <gtest/gtest.h>

#include "core/decide.h"
#include "core/retry.h"
#include "wire/words.h"

namespace rft {
namespace {

NewFile a_file(int n, std::optional<std::uint64_t> size = 1, const char* host = "a") {
  const std::string name = "/f" + std::to_string(n);
  return {
      *parse_url("ftp://" + std::string(host) + name), *parse_url("ftp://b" + name), size, {}, {}};
}

std::vector<NewFile> some_files(int count) {
  std::vector<NewFile> files;
  for (int n = 0; n < count; ++n) files.push_back(a_file(n));
  return files;
}

const Fault no_file{FaultCode::no_such_file, Side::source, Doing::look, "550 no", ""};

TEST(Bundle, every_member_of_a_file_survives_its_row) {
  BundleFile file{"/a%20b",
                  "/c",
                  5,
                  {"MD5", "0a"},
                  PublishIntent{{5, "m", "u"}, Checksum{"MD5", "0a"}},
                  Fate::failed,
                  Checksum{"SHA1", "ff"},
                  Verdict::verified,
                  true,
                  no_file,
                  true,
                  "20260101",
                  true};
  const std::vector<BundleFile> files{file, {"/x", "/y", std::nullopt}};
  const Bundle bundle(files);
  EXPECT_EQ(bundle.files(), files);
  EXPECT_EQ(Bundle::from_bytes_form(bundle.bytes_form()), bundle);
  EXPECT_EQ(Bundle::from_bytes_form(Bundle().bytes_form()), Bundle());
}

TEST(Bundle, every_fate_survives_its_row) {
  for (std::size_t fate = 0; fate < fate_words.size(); ++fate) {
    BundleFile file;
    file.fate = static_cast<Fate>(fate);
    const Bundle bundle(std::vector<BundleFile>{file});
    EXPECT_EQ(Bundle::from_bytes_form(bundle.bytes_form()), bundle) << fate_words[fate];
  }
}

TEST(Bundle, a_row_that_was_cut_is_refused) {
  const std::string whole(bundle_of(some_files(3)).bytes_form());
  for (std::size_t length = 1; length < whole.size(); ++length) {
    EXPECT_FALSE(Bundle::from_bytes_form(whole.substr(0, length))) << length;
  }
  EXPECT_FALSE(Bundle::from_bytes_form(whole + "x"));
}

TEST(Bundle, what_waits_and_has_no_known_size_is_counted) {
  std::vector<NewFile> files = some_files(2);
  files[0].size.reset();
  const Bundle bundle = bundle_of(files);
  EXPECT_EQ(bundle.tally().unsized, 1U);
  EXPECT_EQ(with_outcomes(bundle, {{0, Fate::skipped, 5, {}, Verdict::none, false, {}}}).tally(),
            (Tally{.files = 2,
                   .skipped = 1,
                   .bytes = 5 + *files[1].size,
                   .bytes_skipped = 5,
                   .real_files = 2}));
}

TEST(Bundle, an_outcome_is_taken_once_and_counted) {
  const Bundle begun = bundle_of(some_files(4));
  const Bundle ended =
      with_outcomes(begun, {{0, Fate::done, 7, {}, Verdict::verified, false, {}},
                            {1, Fate::failed, 0, {}, Verdict::none, false, no_file},
                            {2, Fate::apart, 1ULL << 40, {}, Verdict::none, false, {}},
                            {99, Fate::done, 1, {}, Verdict::none, false, {}}});
  EXPECT_EQ(ended.tally(), (Tally{.files = 3,
                                  .done = 1,
                                  .failed = 1,
                                  .bytes = 9,
                                  .bytes_done = 7,
                                  .bytes_failed = 1,
                                  .real_files = 2}));
  EXPECT_EQ(with_outcomes(ended, {{0, Fate::failed, 0, {}, Verdict::none, false, no_file}}), ended);
  const auto waiting = waiting_items(ended);
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].number, 3U);
}

Transfer looked_after() {
  Transfer bundle;
  bundle.request.source = *parse_url("ftp://a/s");
  bundle.request.destination = *parse_url("ftp://b/d");
  bundle.request.whole = Uuid{};
  bundle.file.kind = Kind::bundle;
  bundle.file.bundle = bundle_of(some_files(2));
  bundle.file.status = Status::active;
  bundle.file.mover = "m";
  bundle.file.epoch = 2;
  bundle.file.part.epochs = {2, 1};
  return bundle;
}
const ItemOutcome first_is_done{0, Fate::done, 7, {}, Verdict::verified, false, {}};

Transfer written_in_place() {
  Transfer bundle = looked_after();
  bundle.request.options.publish = Publish::in_place;
  bundle.file.part.epochs.clear();
  return bundle;
}

TEST(Bundle, in_place_a_final_name_is_ours_from_when_it_was_begun_and_no_other_is) {
  Transfer bundle = written_in_place();
  bundle.file.bundle = bundle_of(some_files(3));
  Begun begun;
  begun.items = {0, 2, 99};
  bundle = on_word(bundle, {{Uuid{}, 2}, 1, begun}, Now{}, Draws{})->next;
  EXPECT_TRUE(bundle.file.final_name_is_ours);
  const Outcomes exists{{{1, Fate::failed, 0, {}, Verdict::none, false, no_file}}};
  bundle = on_word(bundle, {{Uuid{}, 2}, 2, exists}, Now{}, Draws{})->next;
  const auto again = waiting_items(failed_waiting_again(bundle.file.bundle));
  ASSERT_EQ(again.size(), 3U);
  EXPECT_TRUE(again[0].final_name_is_ours);
  EXPECT_FALSE(again[1].final_name_is_ours) << "it was another's";
  EXPECT_TRUE(again[2].final_name_is_ours);
}

TEST(Bundle, in_place_an_old_flow_is_waited_for_though_it_was_not_told_of) {
  const Transfer bundle = written_in_place();
  const auto lost = on_mover_lost(bundle, LostBecause::died, Duration{0}, Now{}, Draws{});
  EXPECT_FALSE(lost->next.file.final_name_is_ours);
  ASSERT_TRUE(lost->next.file.not_before);
  EXPECT_EQ(*lost->next.file.not_before - WallTime{}, settle_for(lost->next.file.part, {}));
  EXPECT_GT(settle_for(lost->next.file.part, {}), Duration{0});
}

TEST(Bundle, in_place_a_check_or_a_plan_leaves_no_flow_to_wait_for) {
  Transfer bundle = written_in_place();
  bundle.request.options.act = Act::plan;
  const auto lost = on_mover_lost(bundle, LostBecause::died, Duration{0}, Now{}, Draws{});
  EXPECT_FALSE(lost->next.file.not_before);
}

TEST(Bundle, in_place_a_commit_after_a_stop_waits_for_the_flow_whose_end_was_not_read) {
  Transfer bundle = written_in_place();
  bundle.file.stop_asked = true;
  bundle = on_word(bundle, {{Uuid{}, 2}, 1, Stopped{FlowEnd::presumed}}, Now{}, Draws{})->next;
  ASSERT_EQ(bundle.file.status, Status::user_stop_partial_trans);
  const auto again = on_call(&bundle, Commit{"h"}, {"o", "o"}, Now{}, Draws{});
  EXPECT_TRUE(again.change->next.file.not_before);
}

TEST(Bundle, in_place_a_commit_after_a_failure_waits_for_the_flow_whose_end_was_not_read) {
  Transfer bundle = written_in_place();
  bundle.file.tries = 100;
  Failed cut{{FaultCode::cut, Side::both, Doing::move, "", ""}, FlowEnd::presumed};
  bundle = on_word(bundle, {{Uuid{}, 2}, 1, cut}, Now{}, Draws{})->next;
  ASSERT_EQ(bundle.file.status, Status::failed);
  const auto again = on_call(&bundle, Commit{"h"}, {"o", "o"}, Now{}, Draws{});
  EXPECT_TRUE(again.change->next.file.not_before);
}

TEST(Bundle, a_file_that_is_given_up_has_its_own_fault_where_it_has_one) {
  Transfer bundle = looked_after();
  bundle.file.tries = 100;
  const Fault cut{FaultCode::cut, Side::both, Doing::move, "", ""};
  const Fault refused{FaultCode::server_refused, Side::source, Doing::move, "550 no", ""};
  Failed failed{cut};
  failed.item_faults = {{1, refused}, {99, refused}};
  bundle = on_word(bundle, {{Uuid{}, 2}, 1, failed}, Now{}, Draws{})->next;
  ASSERT_EQ(bundle.file.status, Status::failed);
  EXPECT_EQ(bundle.file.bundle.files()[0].fault, cut);
  EXPECT_EQ(bundle.file.bundle.files()[1].fault, refused);
}

TEST(Bundle, a_look_for_a_stop_that_found_some_there_leaves_the_others_stopped) {
  Transfer bundle = looked_after();
  bundle.file.stop_asked = true;
  const Now now{};
  bundle = on_word(bundle, {{Uuid{}, 2}, 1, Outcomes{{first_is_done}}}, now, Draws{})->next;
  bundle = on_word(bundle, {{Uuid{}, 2}, 2, Done{}}, now, Draws{})->next;
  EXPECT_EQ(bundle.file.status, Status::user_stop_partial_trans);
  EXPECT_EQ(waiting_items(bundle.file.bundle).size(), 1U);
}

TEST(Bundle, a_stop_while_some_are_renamed_is_told_to_those_that_move) {
  Transfer bundle = looked_after();
  bundle.file.publish_ordered = true;
  const auto stopped = on_call(&bundle, Stop{"h"}, {"o", "o"}, Now{}, Draws{});
  ASSERT_EQ(stopped.change->orders.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<StopOrder>(stopped.change->orders[0].order));
}

TEST(Bundle, parts_of_ended_files_that_could_not_be_deleted_go_to_the_ledger) {
  const Outcomes left{{first_is_done}, 0, true};
  const auto change = on_word(looked_after(), {{Uuid{}, 2}, 1, left}, Now{}, Draws{});
  ASSERT_EQ(change->discarded.size(), 1U);
  ASSERT_EQ(change->discarded[0].items.size(), 1U);
  EXPECT_EQ(change->discarded[0].items[0].number, 0U);
  EXPECT_EQ(change->next.file.part.epochs.size(), 2U);
}

TEST(Bundle, a_word_that_only_tells_of_parts_is_no_progress) {
  Transfer bundle = looked_after();
  bundle.file.tries = 3;
  const auto change = on_word(bundle, {{Uuid{}, 2}, 1, Outcomes{{}, 0, true}}, Now{}, Draws{});
  EXPECT_EQ(change->next.file.tries, 3U);
}

TEST(Bundle, what_failed_goes_again_and_what_is_done_does_not) {
  const Bundle ended = with_outcomes(bundle_of(some_files(2)),
                                     {{0, Fate::done, 1, {}, Verdict::verified, false, {}},
                                      {1, Fate::failed, 0, {}, Verdict::none, false, no_file}});
  const auto again = waiting_items(failed_waiting_again(ended));
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].number, 1U);
}

TEST(Bundle, files_are_cut_by_link_number_and_size) {
  std::vector<NewFile> files = some_files(static_cast<int>(bundle_items_max) + 1);
  files.push_back(a_file(1000, bundle_file_max));
  files.push_back(a_file(1001, 1, "other"));
  files.push_back(a_file(1002, std::nullopt, "other"));
  const auto cut = cut_into_bundles(files);
  ASSERT_EQ(cut.size(), 4U);
  EXPECT_EQ(cut[0].size(), bundle_items_max);
  EXPECT_EQ(cut[1].size(), 1U);
  EXPECT_EQ(cut[2].front().size, bundle_file_max);
  EXPECT_EQ(cut[3].size(), 2U);
}

std::vector<std::size_t> sizes_of(const std::vector<std::vector<NewFile>>& bundles) {
  std::vector<std::size_t> sizes;
  for (const auto& bundle : bundles) sizes.push_back(bundle.size());
  return sizes;
}

TEST(Bundle, large_files_between_small_ones_do_not_part_these) {
  std::vector<NewFile> files;
  for (int n = 0; n < 6; ++n) files.push_back(a_file(n, n % 2 == 0 ? 1 : bundle_file_max));
  const auto cut = cut_into_bundles(files);
  EXPECT_EQ(sizes_of(cut), (std::vector<std::size_t>{3, 1, 1, 1}));
  EXPECT_EQ(cut[0][2].source.path, "/f4");
  EXPECT_EQ(cut[1][0].source.path, "/f1") << "in the order of their first files";
}

TEST(Bundle, lines_that_alternate_between_links_make_one_for_each) {
  std::vector<NewFile> files;
  for (int n = 0; n < 6; ++n) files.push_back(a_file(n, 1, n % 2 == 0 ? "a" : "other"));
  const auto cut = cut_into_bundles(files);
  EXPECT_EQ(sizes_of(cut), (std::vector<std::size_t>{3, 3}));
  EXPECT_EQ(cut[1][0].source.endpoint.host, "other");
}

TEST(Bundle, one_holds_no_more_bytes_than_its_limit_where_they_are_known) {
  const std::uint64_t size = bundle_file_max - 1;
  std::vector<NewFile> files;
  for (int n = 0; n < 128; ++n) files.push_back(a_file(n, size));
  const auto cut = cut_into_bundles(files);
  EXPECT_GT(cut.size(), 3U);
  for (const auto& bundle : cut) EXPECT_LE(bundle.size() * size, bundle_bytes_max);
  EXPECT_EQ(cut[0].size(), bundle_bytes_max / size);
  for (NewFile& file : files) file.size.reset();
  EXPECT_EQ(sizes_of(cut_into_bundles(files)), std::vector<std::size_t>{128});
}

TEST(Bundle, names_that_are_long_make_smaller_bundles) {
  NewFile file = a_file(0);
  file.source.path = "/" + std::string(bundle_names_max / 3, 'x');
  EXPECT_EQ(cut_into_bundles({file, file, file}).size(), 2U);
}

TEST(Bundle, an_empty_folder_is_kept_in_its_octets_and_leaves_no_part_behind) {
  NewFile folder = a_file(0);
  folder.is_folder = true;
  const Bundle bundle = bundle_of({folder, a_file(1)});
  const auto back = Bundle::from_bytes_form(bundle.bytes_form());
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, bundle);
  EXPECT_TRUE(waiting_items(*back)[0].is_folder);
  const Bundle ended =
      with_outcomes(bundle, {{0, Fate::done, 0, {}, Verdict::none, false, {}}, first_is_done});
  EXPECT_TRUE(ended_items(ended).empty());
}

TEST(Bundle, a_link_that_was_passed_over_is_never_moved_by_a_later_try) {
  NewFile link = a_file(0);
  link.passed_over = Fault{FaultCode::is_a_link, Side::source, Doing::list, "", ""};
  const Bundle failed = bundle_of({link});
  EXPECT_EQ(failed.tally().failed, 1U);
  EXPECT_TRUE(waiting_items(failed_waiting_again(failed)).empty());
  const Bundle skipped = with_links_skipped(failed);
  EXPECT_EQ(skipped.tally().skipped, 1U);
  EXPECT_TRUE(skipped.files()[0].fault) << "and it says why";
  EXPECT_TRUE(waiting_items(failed_waiting_again(skipped)).empty());
}

}  // namespace
}  // namespace rft
