// Requests of many files through librft.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "client/fake_service_for_tests.h"
#include "client/json.h"
#include "client/rft.h"

namespace rft {
namespace {

using fake::Asked;
using fake::Says;
using testing::HasSubstr;
using testing::SizeIs;

struct World {
  explicit World(fake::Service::Answers answers) : service(folder / "s", std::move(answers)) {}
  static ClientOptions quick() {
    ClientOptions options;
    options.reply_limit = std::chrono::milliseconds(2'000);
    options.keep_trying = std::chrono::milliseconds(2'000);
    return options;
  }
  fake::Folder folder;
  fake::Service service;
  Client client{Server{folder / "s", {}}, quick()};
};

std::string added(std::size_t lines, std::size_t refused = 0) {
  const std::string n = std::to_string(lines - refused);
  return R"({"lines":)" + std::to_string(lines) + R"(,"added":)" + n + R"(,"files":)" + n + "}\n";
}

std::size_t lines_of(const Asked& asked) {
  return static_cast<std::size_t>(std::count(asked.body.begin(), asked.body.end(), '\n'));
}

TEST(ManyFiles, a_submission_tells_its_kind_and_one_of_a_file_does_not) {
  World world([](const Asked&) { return Says{201, R"({"handle":"h","status":"inactive"})"}; });
  TransferSpec spec{"h", "ftp://a/s", "ftp://b/d", {}, {}};
  EXPECT_TRUE(world.client.submit(spec));
  spec.kind = TransferSpec::Kind::list;
  EXPECT_TRUE(world.client.submit(spec));
  spec.kind = TransferSpec::Kind::tree;
  EXPECT_TRUE(world.client.complete(spec));
  const auto asked = world.service.asked();
  EXPECT_THAT(asked.at(0).body, testing::Not(HasSubstr("kind")));
  EXPECT_THAT(asked.at(1).body, HasSubstr(R"("kind":"list")"));
  EXPECT_THAT(asked.at(2).body, HasSubstr(R"("kind":"tree")"));
}

TEST(ManyFiles, options_go_and_come_in_the_types_of_the_api) {
  World world([](const Asked&) { return Says{201, R"({"handle":"h","status":"inactive"})"}; });
  TransferSpec spec{"h", "ftp://a/s", "ftp://b/d", {}, {}};
  spec.options = {{"include", "*.root\n*.dat\n"},
                  {"skip_errors", "true"},
                  {"max_tries", "3"},
                  {"preserve", "mode,times"}};
  EXPECT_TRUE(world.client.submit(spec));
  EXPECT_THAT(
      world.service.asked().at(0).body,
      HasSubstr(R"({"include":["*.root","*.dat"],"max_tries":3,"preserve":["mode","times"],)"
                R"("skip_errors":true})"));
  const auto record = client::read<TransferRecord>(
      R"({"options":{"include":["*.root","*.dat"],"skip_errors":true}})");
  EXPECT_EQ(record->options.at("include"), "*.root\n*.dat");
  EXPECT_EQ(record->options.at("skip_errors"), "true");
}

TEST(ManyFiles, go_as_one_json_line_each) {
  World world([](const Asked&) { return Says{200, added(2)}; });
  const auto sum = world.client.add_files(
      "h", {{"a%20x", ""}, {"ftp://c/y", "y", 7, "MD5:00112233445566778899aabbccddeeff"}});
  ASSERT_TRUE(sum) << sum.error().detail;
  EXPECT_EQ(sum->added, 2U);
  const Asked asked = world.service.asked().at(0);
  EXPECT_EQ(asked.what(), "POST /v1/transfers/h/files");
  EXPECT_EQ(asked.body,
            "{\"source\":\"a%20x\"}\n"
            "{\"source\":\"ftp://c/y\",\"destination\":\"y\",\"size\":7,"
            "\"checksum\":\"MD5:00112233445566778899aabbccddeeff\"}\n");
}

TEST(ManyFiles, go_in_several_requests_and_a_lost_reply_repeats_one_under_its_key) {
  int count = 0;
  World world([&](const Asked& asked) { return Says{200, added(lines_of(asked)), ++count == 2}; });
  const auto sum = world.client.add_files("h", std::vector<NewFileLine>(12'000, {"x", ""}));
  ASSERT_TRUE(sum) << sum.error().detail;
  EXPECT_EQ(sum->added, 12'000U);
  const auto asked = world.service.asked();
  ASSERT_THAT(asked, SizeIs(4));
  EXPECT_EQ(asked[1].key, asked[2].key);
  EXPECT_EQ(asked[1].body, asked[2].body);
  EXPECT_NE(asked[0].key, asked[1].key);
}

TEST(ManyFiles, a_refused_line_is_told_by_its_place_among_all) {
  World world([](const Asked& asked) {
    return Says{200, R"({"line":3,"code":"invalid_url","detail":"d"})"
                     "\n" +
                         added(lines_of(asked), 1)};
  });
  const auto sum = world.client.add_files("h", std::vector<NewFileLine>(5'010, {"x", ""}));
  ASSERT_TRUE(sum) << sum.error().detail;
  ASSERT_THAT(sum->refused, SizeIs(2));
  EXPECT_EQ(sum->refused[0].line, 2U);
  EXPECT_EQ(sum->refused[1].line, 5'002U);
  EXPECT_EQ(sum->refused[1].code, "invalid_url");
  EXPECT_EQ(sum->added, 5'008U);
}

TEST(ManyFiles, a_chunk_that_is_refused_is_an_error) {
  World world([](const Asked&) {
    return Says{200, R"({"lines":1,"code":"wrong_state","detail":"it is committed"})"};
  });
  const auto sum = world.client.add_files("h", {{"x", ""}});
  EXPECT_EQ(sum.error(), (Error{Code::wrong_state, "it is committed"}));
}

TEST(ManyFiles, the_line_for_which_a_chunk_is_refused_is_told_by_its_place_among_all) {
  int count = 0;
  World world([&](const Asked& asked) {
    if (++count == 1) return Says{200, added(lines_of(asked))};
    return Says{200, R"({"lines":10,"line":3,"code":"destination_twice","detail":"d"})"};
  });
  const auto sum = world.client.add_files("h", std::vector<NewFileLine>(5'010, {"x", ""}));
  EXPECT_EQ(sum.error(), (Error{Code::destination_twice, "d", 5'003}));
}

TEST(ManyFiles, an_answer_that_does_not_tell_of_every_line_is_none) {
  World world([](const Asked&) { return Says{200, ""}; });
  EXPECT_EQ(world.client.add_files("h", {{"x", ""}}).error().code, Code::internal);
}

TEST(ManyFiles, are_read_by_pages) {
  World world([](const Asked&) {
    return Says{200, R"({"files":[{"source":"ftp://a/x","destination":"ftp://b/x",
      "status":"done","size":7,"checksum":{"algorithm":"MD5","value":"ab","verdict":"verified"},
      "adopted":true,"fault":null},{"source":"ftp://a/y","destination":"ftp://b/y",
      "status":"failed","size":null,"checksum":null,"adopted":false,
      "fault":{"code":"no_such_file"}}],"next":"1.7"})"};
  });
  const auto page = world.client.files("h", "done", "1.5", 2);
  ASSERT_TRUE(page) << page.error().detail;
  EXPECT_EQ(world.service.asked().at(0).target,
            "/v1/transfers/h/files?status=done&after=1.5&limit=2");
  ASSERT_THAT(page->files, SizeIs(2));
  EXPECT_EQ(page->files[0].checksum, "MD5:ab");
  EXPECT_EQ(page->files[0].verdict, "verified");
  EXPECT_EQ(page->files[0].size, 7U);
  EXPECT_TRUE(page->files[0].adopted);
  EXPECT_EQ(page->files[1].checksum, "");
  EXPECT_FALSE(page->files[1].size);
  EXPECT_EQ(page->files[1].fault->code, "no_such_file");
  EXPECT_THAT(page->files[1].json, HasSubstr("ftp://a/y"));
  EXPECT_EQ(page->next, "1.7");
}

TEST(ManyFiles, a_record_counts_them) {
  const auto record = client::read<TransferRecord>(
      R"({"handle":"h","kind":"tree","files":{"total":9,"waiting":3,"done":3,"failed":2,
          "skipped":1,"bytes":90,"bytes_done":30,"listing":true}})");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->kind, "tree");
  ASSERT_TRUE(record->files);
  EXPECT_EQ(record->files->total, 9U);
  EXPECT_EQ(record->files->skipped, 1U);
  EXPECT_EQ(record->files->bytes_done, 30U);
  EXPECT_TRUE(record->files->listing);
  EXPECT_FALSE(client::read<TransferRecord>(R"({"kind":"file","files":null})")->files);
}

}  // namespace
}  // namespace rft
