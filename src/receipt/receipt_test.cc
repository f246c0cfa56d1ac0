// Receipts as they are written and checked, and every way in which one may be spoilt.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "receipt/checker.h"
#include "receipt/receipt_for_tests.h"

namespace rft::receipt {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using Lines = std::vector<std::string>;

constexpr std::string_view other_seed =
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

Result<Summary> checked(const std::string& text, const std::string& pinned = {}) {
  std::istringstream in(text);
  return check(in, pinned);
}

// Why it is refused; empty where it is good.
std::string refusal(const std::string& text, const std::string& pinned = {}) {
  const auto summary = checked(text, pinned);
  return summary ? "" : summary.error().detail;
}

Lines three() {
  return receipt_for_tests({file_for_tests(1), file_for_tests(2, "failed"), file_for_tests(3)});
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST(Key, signs_as_rfc_8032_says) {
  const SigningKey key = key_for_tests();
  EXPECT_EQ(
      hex(*key.sign("")),
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9"
      "b46bd25bf5f0595bbe24655141438e7a100b");
  EXPECT_EQ(key.public_key(), *PublicKey::parse(key.public_key().text()));
  EXPECT_TRUE(key.public_key().verifies("x", *key.sign("x")));
  EXPECT_FALSE(key.public_key().verifies("y", *key.sign("x")));
}

TEST(Key, two_that_are_made_differ_and_one_comes_again_from_its_seed) {
  const SigningKey one = *SigningKey::generate();
  EXPECT_NE(one.public_key(), SigningKey::generate()->public_key());
  EXPECT_EQ(SigningKey::from_seed(one.seed())->public_key(), one.public_key());
  EXPECT_EQ(SigningKey::from_seed(Secret("short")).error().code, Code::bad_state);
}

TEST(Key, nothing_else_is_taken_for_a_public_key) {
  const std::string text = key_for_tests().public_key().text();
  for (const std::string& bad :
       {std::string(), text + "=", text.substr(4), "!" + text.substr(1), "A" + text.substr(1),
        base64("thirty-two octets are not enough")}) {
    EXPECT_FALSE(PublicKey::parse(bad)) << bad;
  }
}

TEST(Receipt, is_good_as_it_was_written) {
  const auto summary = checked(joined(three()));
  ASSERT_TRUE(summary) << summary.error().detail;
  EXPECT_EQ(*summary,
            (Summary{"h", "done", "2027-01-15T08:00:02.000Z",
                     key_for_tests().public_key().fingerprint(), Totals{3, 0, 2, 1, 0, 20}, true}));
}

TEST(Receipt, of_a_request_without_files_is_good) {
  EXPECT_EQ(refusal(joined(receipt_for_tests({}))), "");
}

TEST(Receipt, tells_of_each_file_what_a_list_of_files_needs) {
  const Lines lines = three();
  Checker checker;
  EXPECT_EQ(*checker.take(lines[0]), std::nullopt);
  EXPECT_EQ(**checker.take(lines[1]), static_cast<Listed>(file_for_tests(1)));
  EXPECT_EQ(**checker.take(lines[2]), static_cast<Listed>(file_for_tests(2, "failed")));
}

TEST(Receipt, tells_a_folder_from_a_file) {
  File folder = file_for_tests(1);
  folder.is_folder = true;
  const Lines lines = receipt_for_tests({folder, file_for_tests(2)});
  Checker checker;
  EXPECT_TRUE(checker.take(lines[0]));
  EXPECT_TRUE((*checker.take(lines[1]))->is_folder);
  EXPECT_FALSE((*checker.take(lines[2]))->is_folder);
}

TEST(Receipt, is_good_under_the_key_that_is_pinned_and_under_no_other) {
  const std::string text = joined(three());
  EXPECT_EQ(refusal(text, key_for_tests().public_key().fingerprint()), "");
  EXPECT_THAT(refusal(text, key_for_tests(other_seed).public_key().fingerprint()),
              StartsWith("line 1: a foreign key"));
}

TEST(Receipt, every_byte_of_it_counts) {
  const std::string text = joined(receipt_for_tests({file_for_tests(1)}));
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string spoilt = text;
    spoilt[at] = static_cast<char>(spoilt[at] ^ 1);
    EXPECT_THAT(refusal(spoilt), StartsWith("line ")) << at << ": " << text.substr(at, 20);
  }
}

TEST(Receipt, every_length_but_its_own_is_cut_short) {
  const std::string text = joined(receipt_for_tests({file_for_tests(1)}));
  for (std::size_t length = 0; length < text.size(); ++length) {
    EXPECT_NE(refusal(text.substr(0, length)), "") << length;
  }
  const Lines lines = three();
  EXPECT_EQ(refusal(lines[0] + lines[1]),
            "line 3: the receipt is cut short: its last line, the seal, is missing");
  EXPECT_EQ(refusal(""), "line 1: the receipt is empty");
}

TEST(Receipt, a_changed_line_is_found_by_the_one_that_follows_it) {
  Lines lines = three();
  lines[1] = replaced(lines[1], R"("size":10)", R"("size":11)");
  EXPECT_THAT(refusal(joined(lines)), StartsWith("line 3: it does not follow"));
  lines = three();
  lines[3] = replaced(lines[3], "00000003", "00000004");
  EXPECT_THAT(refusal(joined(lines)), StartsWith("line 5: it does not follow"));
}

TEST(Receipt, a_missing_a_repeated_an_added_and_a_swapped_line_are_found_where_they_stand) {
  const Lines lines = three();
  const std::string moved = ": a line is missing, repeated, added or in another order";
  EXPECT_EQ(refusal(lines[0] + lines[2] + lines[3] + lines[4]),
            "line 2: file 2 stands where file 1 is due" + moved);
  EXPECT_EQ(refusal(lines[0] + lines[1] + lines[1] + lines[2] + lines[3] + lines[4]),
            "line 3: file 1 stands where file 2 is due" + moved);
  EXPECT_EQ(refusal(lines[0] + lines[2] + lines[1] + lines[3] + lines[4]),
            "line 2: file 2 stands where file 1 is due" + moved);
  const Lines other = receipt_for_tests({file_for_tests(7), file_for_tests(8)});
  EXPECT_THAT(refusal(lines[0] + lines[1] + other[2] + lines[3] + lines[4]),
              StartsWith("line 3: it does not follow"));
  EXPECT_THAT(refusal(lines[0] + lines[1] + lines[4]), StartsWith("line 3: it does not follow"));
  EXPECT_EQ(refusal(lines[0] + "{}\n"), "line 2: the line tells of no file and is no seal");
}

TEST(Receipt, what_follows_its_seal_is_found) {
  const Lines lines = three();
  for (const std::string& more : {lines[4], std::string("\n"), std::string("x")}) {
    EXPECT_EQ(refusal(joined(lines) + more),
              "line 6: the receipt ended with the line before; this is no part of it");
  }
}

TEST(Receipt, a_seal_of_other_totals_or_with_another_signature_is_found) {
  Lines lines = three();
  lines[4] = replaced(lines[4], R"("files":3)", R"("files":4)");
  EXPECT_THAT(refusal(joined(lines)), StartsWith("line 5: the seal tells of 4 files"));
  lines = three();
  lines[4] = replaced(lines[4], "true", "false");
  EXPECT_THAT(refusal(joined(lines)), StartsWith("line 5: a bad signature"));
  lines = three();
  lines[4] = replaced(lines[4], ",\"signature", " ,\"signature");
  EXPECT_THAT(refusal(joined(lines)), StartsWith("line 5: a bad signature"));
  lines = three();
  lines[4] = replaced(lines[4], "==\"}", "==\" }");
  EXPECT_EQ(refusal(joined(lines)), "line 5: the seal does not end with a signature");
}

TEST(Receipt, the_name_of_another_key_does_not_make_it_that_keys) {
  const PublicKey mine = key_for_tests().public_key();
  const PublicKey other = key_for_tests(other_seed).public_key();
  Lines lines = receipt_for_tests({});
  lines[0] = replaced(lines[0], mine.text(), other.text());
  EXPECT_EQ(refusal(joined(lines)), "line 1: the fingerprint is not that of the public key");
  lines[0] = replaced(lines[0], mine.fingerprint(), other.fingerprint());
  EXPECT_THAT(refusal(joined(lines)), StartsWith("line 2: it does not follow"));
  lines[1] = replaced(lines[1], line_hash(receipt_for_tests({})[0]), line_hash(lines[0]));
  EXPECT_THAT(refusal(joined(lines)), StartsWith("line 2: a bad signature"));
}

TEST(Receipt, a_line_beyond_the_limit_is_refused_and_not_kept) {
  const Lines lines = three();
  EXPECT_EQ(refusal(lines[0] + std::string(2 * line_max, ' ') + lines[1]),
            "line 2: the line is longer than 65536 bytes");
  EXPECT_EQ(refusal(lines[0] + std::string(line_max, ' ') + "\n" + lines[1]),
            "line 2: the line is longer than 65536 bytes");
}

TEST(Receipt, the_longest_lines_that_are_written_stay_within_the_limit) {
  File file = file_for_tests(1, "failed");
  file.source.append(8192, 'x');
  file.destination.append(8192, 'x');
  file.fault->reply.assign(100'000, '\x01');
  file.fault->detail.assign(100'000, '"');
  EXPECT_EQ(refusal(joined(receipt_for_tests({file}))), "");
}

TEST(Receipt, of_another_version_or_of_no_header_is_refused) {
  EXPECT_THAT(refusal("{\"receipt\":2}\n"), HasSubstr("of version 2"));
  EXPECT_THAT(refusal("{\"source\":\"ftp://a/x\"}\n"), StartsWith("line 1: this is no receipt"));
  EXPECT_EQ(refusal("[]\n"), "line 1: the line is no JSON object");
  EXPECT_EQ(refusal(std::string(40'000, '[') + "\n"), "line 1: the line is no JSON object");
}

}  // namespace
}  // namespace rft::receipt
