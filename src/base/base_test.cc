#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fault.h"
#include "base/ranges.h"
#include "base/text.h"
#include "base/time.h"
#include "base/url.h"
#include "base/uuid.h"

namespace rft {
namespace {

TEST(Ranges, touching_ranges_join_and_a_hole_of_one_byte_stays) {
  RangeSet set{{0, 100}, {101, 200}};
  EXPECT_EQ(set.text(), "0-100,101-200");
  EXPECT_FALSE(set.covers(200));

  set.add({100, 101});

  EXPECT_EQ(set.text(), "0-200");
  EXPECT_TRUE(set.covers(200));
}

TEST(Ranges, a_range_swallows_all_that_it_overlaps) {
  RangeSet set{{10, 20}, {30, 40}, {50, 60}};
  set.add({15, 55});
  EXPECT_EQ(set.text(), "10-60");
  EXPECT_EQ(set.bytes(), 50U);
}

TEST(Ranges, a_set_is_added_as_its_ranges_are_one_by_one) {
  const RangeSet other{{0, 5}, {10, 20}, {22, 25}, {40, 50}, {90, 95}};
  RangeSet at_once{{5, 8}, {18, 22}, {30, 35}, {50, 60}}, one_by_one = at_once;
  for (const Range& range : other.ranges()) one_by_one.add(range);
  at_once.add(other);
  EXPECT_EQ(at_once, one_by_one);
  EXPECT_EQ(at_once.text(), "0-8,10-25,30-35,40-60,90-95");
}

TEST(Ranges, a_cut_forgets_what_lies_beyond) {
  RangeSet set{{0, 10}, {20, 30}};
  set.cut(25);
  EXPECT_EQ(set.text(), "0-10,20-25");
  set.cut(20);
  EXPECT_EQ(set.text(), "0-10");
}

TEST(Ranges, both_forms_come_back_as_they_were) {
  const RangeSet set{{0, 470810624}, {471072768, 471859200}, {1ULL << 62, (1ULL << 63) + 5}};
  EXPECT_EQ(RangeSet::parse(set.text()), set);
  EXPECT_EQ(RangeSet::from_bytes_form(set.bytes_form()), set);
}

TEST(Ranges, malformed_text_is_no_set) {
  for (const char* text :
       {"1", "-", "5-3", "1-2,", ",1-2", "1-2-3", "a-b", "1- 2", "0-99999999999999999999"}) {
    EXPECT_FALSE(RangeSet::parse(text)) << text;
  }
}

TEST(Urls, a_good_url_comes_back_in_normal_form) {
  EXPECT_EQ(parse_url("GSIFTP://Host.Example:2811/data/a b")->text(),
            "gsiftp://host.example/data/a%20b");
  EXPECT_EQ(parse_url("ftp://[::1]:2121/x")->text(), "ftp://[::1]:2121/x");
  EXPECT_EQ(parse_url("ftp://h/~/x")->wire_path(), "./x");
  EXPECT_EQ(parse_url("ftp://h/~/%20x")->wire_path(), "./ x") << "GCT passes over leading blanks";
  EXPECT_EQ(parse_url("ftp://h/%FFx")->wire_path(), "/\xFFx");
}

TEST(Urls, what_was_written_is_read_back_though_nobody_may_ask_for_it) {
  Url url = parse_folder_url("ftp://[::1]:2121/d").value();
  for (const std::string& path :
       std::vector<std::string>{"/d/a%0Ab", "/d/%0D", "/d/..", "/" + std::string(9000, 'x'), "/"}) {
    url.path = path;
    EXPECT_EQ(url_of_text(url.text()), url);
  }
  for (const char* none : {"", "ftp://a", "http://a/x", "a/x"}) EXPECT_FALSE(url_of_text(none));
}

TEST(Urls, harmful_urls_are_refused_by_name) {
  const auto code = [](std::string_view text) { return parse_url(text).error().code; };
  EXPECT_EQ(code("http://h/x"), Code::unsupported_scheme);
  EXPECT_EQ(code("ftp://user:secret@h/x"), Code::url_has_user_info);
  EXPECT_EQ(code("ftp://h/a/../b"), Code::invalid_url);
  EXPECT_EQ(code("ftp://h/a/%2e%2E/b"), Code::invalid_url);
  EXPECT_EQ(code("ftp://h/a%0d%0aDELE b"), Code::invalid_url);
  EXPECT_EQ(code("ftp://h/a\nb"), Code::invalid_url);
  EXPECT_EQ(code("ftp://h:0/x"), Code::invalid_url);
  EXPECT_EQ(code("ftp://h:70000/x"), Code::invalid_url);
  EXPECT_EQ(code("ftp://h/folder/"), Code::invalid_url);
  EXPECT_EQ(code("ftp:///x"), Code::invalid_url);
  EXPECT_EQ(code("x"), Code::invalid_url);
  EXPECT_EQ(code("ftp://h/x?y"), Code::invalid_url);
}

TEST(Urls, a_refused_url_never_shows_its_password) {
  EXPECT_EQ(parse_url("ftp://u:hunter2@h/x").error().detail.find("hunter2"), std::string::npos);
}

TEST(Urls, what_follows_the_host_is_a_port_or_a_path) {
  EXPECT_FALSE(parse_url("ftp://h:%FFx/y"));
  EXPECT_FALSE(parse_url("ftp://h:21x/y"));
  EXPECT_TRUE(parse_url("ftp://h:/y"));
}

TEST(Urls, the_limit_of_its_length_holds_once_it_is_escaped) {
  const std::string three_bytes_each(url_length_max / 3, '\xBF');
  EXPECT_FALSE(parse_url("ftp://h/" + three_bytes_each));
  EXPECT_TRUE(parse_url("ftp://h/" + three_bytes_each.substr(100)));
}

TEST(Times, rfc3339_comes_back_and_nonsense_does_not) {
  const WallTime time = wall_time(1795676632123);
  EXPECT_EQ(from_rfc3339(to_rfc3339(time)), time);
  EXPECT_EQ(from_rfc3339("2026-11-26T08:03:52+01:00"), from_rfc3339("2026-11-26T07:03:52Z"));
  for (const char* text : {"", "2026-11-26", "2026-13-26T07:03:52Z", "2026-02-30T07:03:52Z",
                           "2026-11-26T07:03:52", "2026-11-26T07:03:52.Z"}) {
    EXPECT_FALSE(from_rfc3339(text)) << text;
  }
}

TEST(Uuids, a_uuid_sorts_by_birth_and_comes_back_from_its_text) {
  const Uuid older = Uuid::v7(wall_time(1000), random_bits());
  const Uuid newer = Uuid::v7(wall_time(2000), random_bits());
  EXPECT_LT(older, newer);
  EXPECT_EQ(Uuid::parse(newer.text()), newer);
  EXPECT_EQ(newer.text()[14], '7');
}

TEST(Texts, printable_text_has_no_control_characters) {
  EXPECT_EQ(printable("a\x1b[31m\xff\xc3\xa9", 100), "a\\x1b[31m\\xff\xc3\xa9");
  EXPECT_EQ(printable("a\xc2\x9b\x33\x31m\xc2\xa0", 100), "a\\xc2\\x9b31m\xc2\xa0");
  EXPECT_EQ(printable("abcdefgh", 6), "abc...");
}

TEST(Texts, base64_and_hex_come_back_and_junk_does_not) {
  for (const std::string bytes : {"", "a", "ab", "abc", "\x00\xff\x10"}) {
    EXPECT_EQ(base64_decode(base64(bytes)), bytes);
    EXPECT_EQ(hex_decode(hex(bytes)), bytes);
  }
  for (const char* text : {"a", "ab=c", "a b=", "====", "ab\n="}) {
    EXPECT_FALSE(base64_decode(text)) << text;
  }
}

TEST(Faults, every_word_comes_back_as_its_code) {
  for (const FaultCode code :
       {FaultCode::unreachable, FaultCode::checksum_differs, FaultCode::internal}) {
    EXPECT_EQ(fault_code_of(word(code)), code);
  }
  EXPECT_EQ(code_of(entry(Code::wrong_state).word), Code::wrong_state);
}

}  // namespace
}  // namespace rft
