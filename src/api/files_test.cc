// Requests of many files as the API takes and shows them, with movers that are played here.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "api/file_intake.h"
#include "api/file_pages.h"
#include "api/many_for_tests.h"

namespace rft::api {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;

using Files = ManyForTests;

TEST_F(Files, a_list_takes_paths_and_urls_and_a_bad_line_stops_none) {
  ASSERT_EQ(world.ask("POST", "/v1/transfers", many("h", "list")).status, 201);
  const std::string answer =
      add("h",
          "{\"source\":\"x\"}\r\n"
          "{\"source\":\"sub/y\",\"destination\":\"other/y\"}\n"
          "\n"
          "{\"source\":\"../z\"}\n"
          "{\"source\":\"q\",\"colour\":\"red\"}\n"
          "{\"source\":\"r\",\"size\":-1}\n"
          "{\"source\":\"ftp://c.example/z\"}\n"
          "{\"source\":\"ftp://c.example/z\",\"destination\":\"z\",\"size\":7,"
          "\"checksum\":\"MD5:00112233445566778899aabbccddeeff\"}");
  const auto lines = objects(answer);
  ASSERT_EQ(lines.size(), 5U) << answer;
  const std::vector<std::pair<int, std::string>> refused{
      {4, "invalid_url"}, {5, "unknown_field"}, {6, "invalid_request"}, {7, "invalid_url"}};
  for (std::size_t i = 0; i < refused.size(); ++i) {
    EXPECT_EQ(lines[i].at("line"), refused[i].first);
    EXPECT_EQ(lines[i].at("code").as_string(), refused[i].second);
  }
  EXPECT_EQ(json::serialize(lines[4]), R"({"lines":8,"added":3,"files":3})");
  EXPECT_THAT(sources(""),
              ElementsAre("ftp://a.example/s/x", "ftp://a.example/s/sub/y", "ftp://c.example/z"));
  const json::object page = get("h/files");
  EXPECT_EQ(page.at("files").at(1).at("destination").as_string(), "ftp://b.example/d/other/y");
  EXPECT_EQ(page.at("files").at(2).at("size"), 7);
  EXPECT_EQ(page.at("files").at(0).at("status").as_string(), "waiting");
}

TEST_F(Files, a_repeated_line_counts_once_and_under_a_key_the_first_answers_come_again) {
  world.ask("POST", "/v1/transfers", many("h", "list"));
  const Headers key{{"idempotency-key", "k"}};
  const std::string first = add("h", numbered(0, 3), key);
  EXPECT_THAT(first, HasSubstr(R"("added":3,"files":3)"));
  EXPECT_THAT(add("h", numbered(1, 3)), HasSubstr(R"("added":1,"files":4)"));
  commit("h");
  EXPECT_EQ(add("h", numbered(0, 3), key), first);
  EXPECT_THAT(add("h", numbered(0, 4), key), HasSubstr("idempotency_key_reused"));
}

TEST_F(Files, two_lines_with_one_destination_are_refused_with_the_whole_chunk) {
  world.ask("POST", "/v1/transfers", many("h", "list"));
  const std::string answer = add("h",
                                 "{\"source\":\"x\"}\n\n{\"source\":\"../z\"}\n"
                                 "{\"source\":\"y\",\"destination\":\"x\"}\n");
  const auto lines = objects(answer);
  ASSERT_EQ(lines.size(), 2U) << answer;
  EXPECT_EQ(lines[0].at("line"), 3) << "this one is refused by itself";
  EXPECT_EQ(lines[1].at("lines"), 4);
  EXPECT_EQ(lines[1].at("line"), 4);
  EXPECT_EQ(lines[1].at("code").as_string(), "destination_twice");
  EXPECT_THAT(std::string(lines[1].at("detail").as_string()), HasSubstr("ftp://b.example/d/x"));
  EXPECT_EQ(get("h").at("files").at("total"), 0);
}

TEST_F(Files, are_added_in_chunks_and_the_next_is_not_read_before_one_is_durable) {
  world.ask("POST", "/v1/transfers", many("h", "list"));
  HttpResponse response = world.ask("POST", "/v1/transfers/h/files");
  const int chunk = static_cast<int>(chunk_lines_max);
  EXPECT_TRUE(response.taker->room());
  response.taker->feed(numbered(0, chunk + 1));
  EXPECT_FALSE(response.taker->room());
  EXPECT_EQ(response.stream->take(), "");
  world.run();
  EXPECT_TRUE(response.taker->room());
  EXPECT_EQ(response.stream->take(),
            fmt::format("{{\"lines\":{0},\"added\":{0},\"files\":{0}}}\n", chunk));
  response.taker->fed_all();
  world.run();
  EXPECT_EQ(response.stream->take(),
            fmt::format("{{\"lines\":1,\"added\":1,\"files\":{}}}\n", chunk + 1));
  EXPECT_TRUE(response.stream->ended());
}

TEST_F(Files, a_body_that_ends_in_the_middle_keeps_only_what_was_answered) {
  world.ask("POST", "/v1/transfers", many("h", "list"));
  HttpResponse response = world.ask("POST", "/v1/transfers/h/files");
  response.taker->feed(numbered(0, static_cast<int>(chunk_lines_max) + 10));
  response = {};
  world.run();
  EXPECT_EQ(get("h").at("files").at("total"), chunk_lines_max);
}

TEST_F(Files, are_added_to_no_one_file_nor_tree_nor_after_the_commit_nor_by_another_owner) {
  world.ask("POST", "/v1/transfers", submission("one"));
  world.ask("POST", "/v1/transfers", many("tree", "tree"));
  world.ask("POST", "/v1/transfers", many("h", "list"));
  for (const Headers& headers : {Headers{}, Headers{{"idempotency-key", "k"}}}) {
    EXPECT_THAT(add("one", numbered(0, 1), headers), HasSubstr("wrong_state"));
    EXPECT_THAT(add("tree", numbered(0, 1), headers), HasSubstr("wrong_state"));
    EXPECT_THAT(add("none", numbered(0, 1), headers), HasSubstr("no_such_transfer"));
  }
  commit("h");
  EXPECT_EQ(world.ask("POST", "/v1/transfers/h/files").status, 409);
  const Peer other{{"uid:2000", "uid:2000"}, Right::change};
  EXPECT_EQ(world.ask("POST", "/v1/transfers/h/files", "", {}, other).status, 404);
  EXPECT_EQ(world.ask("GET", "/v1/transfers/h/files", "", {}, other).status, 404);
}

TEST_F(Files, a_list_without_lines_is_answered_too) {
  world.ask("POST", "/v1/transfers", many("h", "list"));
  EXPECT_EQ(add("h", ""), "{\"lines\":0,\"added\":0,\"files\":0}\n");
}

TEST_F(Files, a_submission_of_many_is_refused_where_it_contradicts_itself) {
  const auto refusal = [this](const std::string& body) {
    return WorldForTests::code(world.ask("POST", "/v1/transfers", body));
  };
  EXPECT_EQ(refusal(many("h", "forest")), "invalid_request");
  EXPECT_EQ(refusal(many("h", "list",
                         R"(,"options":{"checksum":"MD5:00112233445566778899aabbccddeeff"})")),
            "invalid_option");
  EXPECT_EQ(refusal(many("h", "list", R"(,"options":{"include":["*.root"]})")), "invalid_option");
  for (const std::string bad : {R"("*.root")", R"(["a\nb"])", "[1]", "{}", "true"}) {
    EXPECT_EQ(refusal(many("h", "tree", R"(,"options":{"include":)" + bad + "}")),
              "invalid_request")
        << bad;
  }
  EXPECT_EQ(refusal(R"({"kind":"tree","source":"ftp://a/s","destination":"ftp://a/s/sub"})"),
            "same_source_and_destination");
  EXPECT_EQ(refusal(R"({"kind":"file","source":"ftp://a/s/","destination":"ftp://b/s"})"),
            "invalid_url");
  world.ask("POST", "/v1/transfers", many("h", "list"));
  EXPECT_EQ(refusal(many("h", "tree")), "handle_in_use");
  EXPECT_EQ(world.ask("POST", "/v1/transfers", many("h", "list")).status, 200);
}

TEST_F(Files, a_record_and_a_status_tell_how_many_files_there_are_and_what_became_of_them) {
  world.ask("POST", "/v1/transfers", submission("one"));
  EXPECT_EQ(get("one").at("kind").as_string(), "file");
  EXPECT_TRUE(get("one/status").at("files").is_null());
  world.ask("POST", "/v1/transfers", many("h", "list"));
  add("h", numbered(0, 10, 10));
  EXPECT_EQ(
      json::serialize(get("h").at("files")),
      R"({"total":10,"waiting":10,"active":0,"done":0,"failed":0,"skipped":0,"would_move":0,)"
      R"("deleted":0,"would_delete":0,"bytes":100,"bytes_waiting":100,"bytes_active":0,)"
      R"("bytes_done":0,"bytes_failed":0,"bytes_skipped":0,"bytes_would_move":0,"listing":false})");
  commit("h");
  play([](const BundleItem& item) { return item.number < 3 ? Fate::failed : Fate::done; });
  const json::object status = get("h/status");
  EXPECT_EQ(status.at("kind").as_string(), "list");
  EXPECT_EQ(status.at("status").as_string(), "failed");
  EXPECT_EQ(status.at("files").at("failed"), 3);
  EXPECT_EQ(status.at("files").at("waiting"), 0);
  EXPECT_EQ(status.at("bytes_confirmed"), 70);
  EXPECT_EQ(status.at("size"), 100);
  EXPECT_EQ(get("h").at("bytes_resent"), 0);
  const HttpResponse list = world.ask("GET", "/v1/transfers");
  EXPECT_THAT(list.body, HasSubstr(R"("kind":"list")"));
  EXPECT_EQ(json::parse(list.body).at("transfers").as_array().size(), 2U) << "no parts";
}

TEST_F(Files, of_a_plan_are_those_that_would_be_moved_and_none_are_done) {
  world.ask("POST", "/v1/transfers", many("h", "list", R"(,"options":{"act":"plan"})"));
  EXPECT_EQ(get("h").at("options").at("act").as_string(), "plan");
  add("h", numbered(0, 3, 10));
  commit("h");
  play([](const BundleItem& item) { return item.number == 0 ? Fate::skipped : Fate::would_move; });
  const json::object record = get("h");
  EXPECT_EQ(record.at("status").as_string(), "done");
  const json::object& files = record.at("files").as_object();
  EXPECT_EQ(files.at("would_move"), 2);
  EXPECT_EQ(files.at("bytes_would_move"), 20);
  EXPECT_EQ(files.at("skipped"), 1);
  EXPECT_EQ(files.at("done"), 0);
  EXPECT_EQ(files.at("bytes_done"), 0);
  EXPECT_EQ(record.at("bytes_confirmed"), 0);
  const json::object page = get("h/files?status=would_move");
  EXPECT_EQ(page.at("files").as_array().size(), 2U);
  const HttpResponse refused =
      world.ask("POST", "/v1/transfers", many("g", "list", R"(,"options":{"act":"try"})"));
  EXPECT_THAT(refused.body, HasSubstr("move, plan"));
}

TEST_F(Files, a_tree_is_being_listed_from_its_submission) {
  world.ask("POST", "/v1/transfers", many("h", "tree", R"(,"commit":true)"));
  const json::object record = get("h");
  EXPECT_EQ(record.at("kind").as_string(), "tree");
  EXPECT_EQ(record.at("source").as_string(), "ftp://a.example/s/");
  EXPECT_EQ(record.at("files").at("listing"), true);
  EXPECT_TRUE(record.at("size").is_null());
}

TEST_F(Files, are_shown_page_by_page_each_once_and_by_status) {
  world.ask("POST", "/v1/transfers", many("h", "list"));
  add("h", numbered(0, 1200) + numbered(5000, 1, 2 * bundle_file_max));
  commit("h");
  play([](const BundleItem& item) {
    if (item.source == "/s/f600") return Fate::apart;
    return item.number % 100 == 7 ? Fate::failed : Fate::done;
  });
  const auto all = sources("limit=100");
  EXPECT_EQ(all.size(), 1201U);
  EXPECT_EQ((std::set<std::string>(all.begin(), all.end()).size()), 1201U);
  EXPECT_EQ(all.back(), "ftp://a.example/s/f600") << "as the file that it became";
  const auto failed = sources("status=failed&limit=1");
  EXPECT_EQ(failed.size(), 14U);
  EXPECT_EQ(failed.front(), "ftp://a.example/s/f7");
  EXPECT_EQ(sources("status=done").size(), 1201U - failed.size());
  EXPECT_TRUE(sources("status=waiting").empty());
  const json::object page = get("h/files?status=failed&limit=1");
  EXPECT_EQ(page.at("files").at(0).at("fault").at("code").as_string(), "no_such_file");
  const json::object first = get("h/files?limit=1");
  EXPECT_EQ(
      json::serialize(first.at("files").at(0)),
      R"({"source":"ftp://a.example/s/f0","destination":"ftp://b.example/d/f0","kind":"file",)"
      R"("status":"done","size":10,"checksum":{"algorithm":"MD5","value":"00",)"
      R"("verdict":"verified"},"adopted":false,"fault":null})");
  EXPECT_EQ(first.at("next").as_string(), "1.0");
}

TEST_F(Files, may_be_folders_that_are_to_be_made_and_say_so) {
  ASSERT_EQ(world.ask("POST", "/v1/transfers", many("h", "list")).status, 201);
  add("h", "{\"source\":\"new/\",\"kind\":\"folder\"}\n{\"source\":\"f\"}\n");
  commit("h");
  std::vector<bool> folders;
  play([&](const BundleItem& item) {
    folders.push_back(item.is_folder);
    return Fate::done;
  });
  EXPECT_EQ(folders, (std::vector<bool>{true, false}));
  const json::object page = get("h/files");
  const json::object& folder = page.at("files").as_array().at(0).as_object();
  EXPECT_EQ(folder.at("kind"), "folder");
  EXPECT_EQ(folder.at("destination"), "ftp://b.example/d/new/");
  EXPECT_EQ(page.at("files").as_array().at(1).as_object().at("kind"), "file");
}

TEST_F(Files, a_filter_reads_no_part_that_has_no_such_file) {
  world.ask("POST", "/v1/transfers", many("h", "list"));
  const int parts = static_cast<int>(parts_per_page_max) + 1;
  add("h", numbered(0, parts, 2 * bundle_file_max));
  const json::object none = get("h/files?status=done");
  EXPECT_TRUE(none.at("files").as_array().empty());
  EXPECT_TRUE(none.at("next").is_null()) << "though there are more parts than a page reads";
  EXPECT_EQ(get("h/files?status=waiting&limit=1000").at("files").as_array().size(),
            parts_per_page_max);
}

TEST_F(Files, behind_the_last_there_are_none) {
  world.ask("POST", "/v1/transfers", many("h", "list"));
  add("h", numbered(0, 3));
  for (const std::string after : {"1.2", "1.9", "9223372036854775807.0"}) {
    const json::object page = get("h/files?after=" + after);
    EXPECT_TRUE(page.at("files").as_array().empty()) << after;
    EXPECT_TRUE(page.at("next").is_null()) << after;
  }
}

TEST_F(Files, of_one_file_it_is_that_file) {
  world.ask("POST", "/v1/transfers", submission("h"));
  EXPECT_THAT(sources(""), ElementsAre("gsiftp://a.example/f"));
  EXPECT_TRUE(get("h/files?after=0.0").at("files").as_array().empty());
}

TEST_F(Files, a_query_that_is_none_is_refused_by_name) {
  world.ask("POST", "/v1/transfers", many("h", "list"));
  const auto refusal = [this](const std::string& query) {
    return WorldForTests::code(world.ask("GET", "/v1/transfers/h/files?" + query));
  };
  EXPECT_EQ(refusal("status=committed"), "unknown_status");
  EXPECT_EQ(refusal("limit=1001"), "invalid_request");
  EXPECT_EQ(refusal("limit=0"), "invalid_request");
  for (const std::string bad :
       {"1", "1.", ".1", "a.b", "1.2.3", "-1.0", "9223372036854775808.0", ""}) {
    EXPECT_EQ(refusal("after=" + bad), "invalid_request") << bad;
  }
}

TEST(FileEntries, of_a_listing_only_its_failure_is_shown) {
  Transfer listing;
  listing.request.source = *parse_folder_url("ftp://a/s");
  listing.request.destination = *parse_folder_url("ftp://b/d");
  listing.file.kind = Kind::listing;
  listing.file.status = Status::active;
  EXPECT_TRUE(entries_of(listing).empty());
  listing.file.status = Status::failed;
  listing.file.fault = no_file;
  const auto entries = entries_of(listing);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0]->source.text(), "ftp://a/s/");
  EXPECT_EQ(entries[0]->status, FileStatus::failed);
  EXPECT_EQ(entries[0]->fault, no_file);
}

TEST(LineCutter, cuts_where_the_pieces_do_not) {
  LineCutter cutter;
  std::vector<std::string> lines;
  const auto take = [&](const Line& line) {
    lines.push_back(fmt::format("{} {}{}", line.number, line.text, line.too_long ? "!" : ""));
  };
  const std::vector<std::string> pieces{"a", "b\r", "\nc\n\n", std::string(line_length_max, 'x'),
                                        "x", "\nd"};
  for (const std::string& piece : pieces) {
    cutter.feed(piece, take);
  }
  cutter.end(take);
  cutter.end(take);
  EXPECT_THAT(lines, ElementsAre("1 ab", "2 c", "3 ", "4 !", "5 d"));
}

TEST_F(Files, what_is_deleted_is_named_at_its_destination_on_both_sides) {
  Transfer part;
  part.request.source = part.request.destination = *parse_folder_url("ftp://b.example/d/");
  part.request.options.act = Act::remove;
  part.file.kind = Kind::bundle;
  BundleFile file;
  file.source = "/d/";  // the folder that stays
  file.destination = "/d/old/x";
  file.fate = Fate::deleted;
  part.file.bundle = Bundle(std::vector<BundleFile>{file});
  const auto entries = entries_of(part);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0]->source.text(), "ftp://b.example/d/old/x");
  EXPECT_EQ(entries[0]->destination.text(), "ftp://b.example/d/old/x");
  EXPECT_EQ(word(entries[0]->status), "deleted");
}

}  // namespace
}  // namespace rft::api
