// Receipts on the command line, and as lists of files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "cli/file_list.h"
#include "cli/run_for_tests.h"
#include "receipt/receipt_for_tests.h"

namespace rft::cli {
namespace {

using fake::Asked;
using fake::Says;
using receipt::file_for_tests;
using receipt::joined;
using receipt::receipt_for_tests;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

std::vector<std::string> lines() {
  return receipt_for_tests({file_for_tests(1), file_for_tests(2, "failed"), file_for_tests(3)});
}

std::string contents(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Outcome verified(std::vector<std::string> words, const std::string& receipt) {
  words.insert(words.begin(), {"verify-receipt", "-"});
  return rft(
      words,
      [](const Asked&) {
        return Says{500, ""};
      },
      receipt);
}

TEST(ReceiptCommand, prints_the_bytes_that_the_service_gave) {
  const Outcome outcome = rft({"receipt", "h"}, Says{200, joined(lines())});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, joined(lines()));
  EXPECT_EQ(outcome.asked.at(0).what(), "GET /v1/transfers/h/receipt");
}

TEST(ReceiptCommand, writes_a_file_that_is_whole_or_leaves_what_was_there) {
  const fake::Folder folder;
  const std::string path = folder / "r.jsonl";
  EXPECT_EQ(rft({"receipt", "h", "--out", path}, Says{200, joined(lines())}).code, 0);
  EXPECT_EQ(contents(path), joined(lines()));
  EXPECT_EQ(rft({"receipt", "h", "--out", path}, Says{200, lines()[0]}).code, 5);
  EXPECT_EQ(contents(path), joined(lines()));
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST(ReceiptCommand, of_what_has_not_ended_is_refused_as_a_wrong_state) {
  const Outcome outcome = rft({"receipt", "h"}, problem(409, "wrong_state"));
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("wrong_state: because"));
}

TEST(ReceiptCommand, that_cannot_be_written_says_so) {
  const Outcome outcome = rft({"receipt", "h", "--out", "/nowhere/r"}, Says{200, joined(lines())});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("/nowhere/r.part cannot be written"));
}

TEST(VerifyReceipt, asks_no_service_and_says_whose_key_it_is) {
  const std::string key = receipt::key_for_tests().public_key().fingerprint();
  const Outcome outcome = verified({}, joined(lines()));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.asked, IsEmpty());
  EXPECT_THAT(outcome.out,
              StartsWith("good: 3 files of 'h' (done): 2 done, 1 failed, 20 B done\n"));
  EXPECT_THAT(outcome.out, HasSubstr("signed with the key " + key));
  EXPECT_THAT(outcome.out, HasSubstr("taken from the receipt itself"));
}

TEST(VerifyReceipt, with_the_key_that_is_trusted_takes_no_other) {
  const std::string key = receipt::key_for_tests().public_key().fingerprint();
  const Outcome outcome = verified({"--key", key}, joined(lines()));
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, Not(HasSubstr("itself")));
  const Outcome foreign = verified({"--key", std::string(64, 'a')}, joined(lines()));
  EXPECT_EQ(foreign.code, 1);
  EXPECT_THAT(foreign.err, HasSubstr("line 1: a foreign key"));
  EXPECT_EQ(verified({"--key", "abc"}, joined(lines())).code, 2);
}

TEST(VerifyReceipt, names_the_line_that_is_wrong_and_why) {
  auto spoilt = lines();
  spoilt[1][20] ^= 1;
  const Outcome outcome = verified({}, joined(spoilt));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, StartsWith("rft: the receipt is not good: line "));
  const Outcome json = verified({"--json"}, lines()[0]);
  EXPECT_EQ(json.code, 1);
  EXPECT_THAT(json.out, StartsWith(R"({"good":false,"reason":"line 2: the receipt is cut short)"));
}

TEST(VerifyReceipt, reads_a_file_and_tells_the_same_as_json) {
  const fake::Folder folder;
  std::ofstream(folder / "r", std::ios::binary) << joined(lines());
  const Outcome outcome = rft({"--json", "verify-receipt", folder / "r"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.out, StartsWith(R"({"good":true,"handle":"h","status":"done",)"));
  EXPECT_THAT(outcome.out, HasSubstr(R"("pinned":false,"files":3,)"));
  EXPECT_EQ(rft({"verify-receipt", folder / "none"}).code, 2);
}

TEST(VerifyReceipt, against_asks_for_a_check_of_the_destinations_and_lists_what_differs) {
  const fake::Folder folder;
  std::ofstream(folder / "r", std::ios::binary) << joined(lines());
  const auto answers = [](const Asked& asked) {
    if (asked.method == "POST" && asked.target.ends_with("/files")) {
      return Says{200, "{\"lines\":2,\"added\":2,\"files\":2}\n"};
    }
    if (asked.target.find("/files?") != std::string::npos) {
      return Says{200, R"({"files":[{"source":"ftp://b.example/d/3","status":"failed"}]})"};
    }
    if (asked.what() == "POST /v1/transfers") {
      return Says{201, R"({"handle":"c","status":"inactive"})"};
    }
    return Says{200, R"({"handle":"c","kind":"list","status":"failed",)"
                     R"("files":{"total":2,"done":1,"failed":1}})"};
  };
  const Outcome outcome = rft({"verify-receipt", folder / "r", "--against"}, answers);
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  ASSERT_GT(outcome.asked.size(), 3U);
  EXPECT_THAT(outcome.asked[0].body, HasSubstr(R"("act":"check")"));
  EXPECT_THAT(outcome.asked[1].body,
              StartsWith(R"({"source":"ftp://b.example/d/1","destination":"ftp://b.example/d/1",)"
                         R"("size":10,"checksum":"ADLER32:00000001"})"));
  EXPECT_THAT(outcome.out, HasSubstr("ftp://b.example/d/3"));
  EXPECT_EQ(verified({"--against"}, joined(lines())).code, 2) << "standard input is read once";
}

TEST(VerifyReceipt, against_asks_nothing_where_no_file_is_done) {
  const fake::Folder folder;
  std::ofstream(folder / "r", std::ios::binary)
      << joined(receipt_for_tests({file_for_tests(1, "skipped")}));
  const Outcome outcome = rft({"verify-receipt", folder / "r", "--against"}, Says{500, ""});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(outcome.asked, SizeIs(0));
  EXPECT_THAT(outcome.err, HasSubstr("No file of the receipt is done"));
}

TEST(ServiceKeyCommand, prints_what_openssl_reads) {
  const receipt::PublicKey key = receipt::key_for_tests().public_key();
  const Outcome outcome =
      rft({"service", "key"}, Says{200, R"({"public_key":")" + key.text() + "\"}"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "fingerprint " + key.fingerprint() + "\n" + key.pem());
}

struct ReceiptAsList : testing::Test {
  static Result<std::vector<NewFileLine>> files(const std::string& text, std::uint64_t* left_out) {
    std::istringstream in(text);
    FileList list(in);
    std::vector<NewFileLine> all;
    for (;;) {
      auto chunk = list.next(2);
      if (!chunk) return tl::unexpected(chunk.error());
      if (chunk->files.empty()) break;
      for (NewFileLine& file : chunk->files) all.push_back(std::move(file));
    }
    if (left_out) *left_out = list.left_out();
    return all;
  }
};

TEST_F(ReceiptAsList, is_the_files_that_are_done_with_their_sizes_and_checksums) {
  std::uint64_t left_out = 0;
  const auto all = files(joined(lines()), &left_out);
  ASSERT_TRUE(all) << all.error().detail;
  ASSERT_THAT(*all, SizeIs(2));
  EXPECT_EQ(all->at(1).source, "ftp://a.example/s/3");
  EXPECT_EQ(all->at(1).destination, "ftp://b.example/d/3");
  EXPECT_EQ(all->at(1).size, 10U);
  EXPECT_EQ(all->at(1).checksum, "ADLER32:00000003");
  EXPECT_EQ(left_out, 1U);
}

TEST_F(ReceiptAsList, that_is_not_good_is_refused_at_its_line) {
  auto cut = lines();
  cut.pop_back();
  EXPECT_THAT(files(joined(cut), nullptr).error().detail, StartsWith("line 5: the receipt is cut"));
  auto blank = lines();
  blank.insert(blank.begin() + 2, "\n");
  EXPECT_EQ(files(joined(blank), nullptr).error().detail, "line 3: the line is no JSON object");
  auto changed = lines();
  changed[1].insert(changed[1].size() - 1, "\r");
  EXPECT_THAT(files(joined(changed), nullptr).error().detail,
              StartsWith("line 3: it does not follow"));
}

TEST_F(ReceiptAsList, of_a_copy_commits_only_what_was_checked_to_its_end) {
  const auto obliging = [](const Asked& asked) {
    if (asked.target.ends_with("/files")) {
      return Says{200, "{\"lines\":2,\"added\":2,\"files\":2}\n"};
    }
    return Says{200, R"({"handle":"h","status":"inactive"})"};
  };
  const std::vector<std::string> words{"copy", "--no-wait", "--handle", "h", "--from", "-"};
  const Outcome good = rft(words, obliging, joined(lines()));
  EXPECT_EQ(good.code, 0) << good.err;
  ASSERT_THAT(good.asked, SizeIs(3));
  EXPECT_THAT(good.asked[1].body, StartsWith(R"({"source":"ftp://a.example/s/1",)"));
  EXPECT_THAT(good.asked[1].body, HasSubstr(R"("size":10,"checksum":"ADLER32:00000001")"));
  EXPECT_EQ(good.asked[2].what(), "POST /v1/transfers/h/commit");
  EXPECT_THAT(good.err, HasSubstr("1 file of the receipt left out"));
  const Outcome cut = rft(words, obliging, joined(lines()).substr(0, 900));
  EXPECT_EQ(cut.code, 2);
  EXPECT_THAT(cut.asked, IsEmpty());
}

}  // namespace
}  // namespace rft::cli
