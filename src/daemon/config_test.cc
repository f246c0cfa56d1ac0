#include "daemon/config.h"

#include <gmock/gmock.h>

namespace rft {
namespace {

using testing::HasSubstr;

std::string error_of(std::string_view toml) {
  const auto config = parse_config(toml, "rftd.toml");
  if (config) return "accepted";
  EXPECT_EQ(config.error().code, Code::invalid_config);
  return config.error().detail;
}

TEST(Config, an_empty_file_gives_the_defaults) {
  const auto config = parse_config("", "rftd.toml");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->socket_mode, 0600U);
  EXPECT_EQ(config->keep_finished_days, 90U);
  EXPECT_EQ(config->limits.active_max, Limits{}.active_max);
}

TEST(Config, keys_reach_their_places) {
  const auto config = parse_config(
      "socket_mode = 0o660\ncert_dir = \"/certs\"\n[limits]\nactive_max = 7\n[keep]\nevents_days = "
      "3\n",
      "rftd.toml");
  ASSERT_TRUE(config) << config.error().detail;
  EXPECT_EQ(config->socket_mode, 0660U);
  EXPECT_EQ(config->cert_dir, "/certs");
  EXPECT_EQ(config->limits.active_max, 7U);
  EXPECT_EQ(config->keep_events_days, 3U);
}

TEST(Config, a_misspelt_key_is_an_error_that_names_the_line_and_the_nearest_key) {
  EXPECT_EQ(
      error_of("\n[limits]\nactive_mx = 7\n"),
      "rftd.toml, line 3: there is no key 'limits.active_mx'; did you mean 'limits.active_max'?");
}

TEST(Config, a_key_in_the_wrong_table_is_told_where_it_belongs) {
  EXPECT_THAT(error_of("streams_default = 7"), HasSubstr("did you mean 'limits.streams_default'?"));
}

TEST(Config, a_value_out_of_range_or_of_another_type_is_refused) {
  EXPECT_THAT(error_of("[limits]\nactive_max = 0"), HasSubstr("from 1 to 100000"));
  EXPECT_THAT(error_of("[limits]\nactive_max = \"7\""), HasSubstr("whole number"));
  EXPECT_THAT(error_of("[limits]\nactive_max = 7.5"), HasSubstr("whole number"));
  EXPECT_THAT(error_of("[limits]\nactive_max = -1"), HasSubstr("whole number"));
  EXPECT_THAT(error_of("socket_mode = 0o1777"), HasSubstr("0o600 to 0o777"));
  EXPECT_THAT(error_of("log_level = \"loud\""), HasSubstr("one of trace"));
  EXPECT_THAT(error_of("socket = \"rftd.sock\""), HasSubstr("absolute path"));
}

TEST(Config, what_is_no_toml_is_refused_with_its_line) {
  EXPECT_THAT(error_of("socket_mode = \n"), HasSubstr("rftd.toml, line 1"));
}

// It reached what toml++ 3.3 holds for unreachable (fuzz_config).
TEST(Config, letters_beyond_ascii_stand_in_quotes_and_comments_alone) {
  EXPECT_THAT(error_of("# fine\n[\xEF\xBB\xBDs]\n"), HasSubstr("line 2: characters beyond ASCII"));
  EXPECT_THAT(error_of("[\"\\\\\".\xEF\xBB\xBDs]\n"), HasSubstr("line 1")) << "the quote has ended";
  EXPECT_THAT(error_of("socket = 0\"\xD1\x85\"\n"), HasSubstr("line 1")) << "no quote begins there";
  EXPECT_THAT(error_of("socket = \"\"\"\n'\"\"\"\n"), HasSubstr("line 1"));
  EXPECT_THAT(error_of("\na.b=20b.'a=\"\xCA\x9E.b=20"), HasSubstr("line 2")) << "as toml++ sees it";
  EXPECT_THAT(error_of("socket = \"\\\xC3\xBC\"\n"), HasSubstr("line 1")) << "that is no escape";
  EXPECT_THAT(error_of("# \xC3\n"), HasSubstr("line 1")) << "that is not UTF-8";
  const auto good =
      parse_config("\xEF\xBB\xBF# Z\u00FCrich\ncert_dir = \"/Z\u00FCrich\"\n", "rftd.toml");
  ASSERT_TRUE(good) << good.error().detail;
  EXPECT_EQ(good->cert_dir, "/Z\u00FCrich");
  const auto far = parse_config("cert_dir = \"/\U0001F4C1\u65E5\" # \"\u00FC\n", "rftd.toml");
  ASSERT_TRUE(far) << far.error().detail;
  EXPECT_EQ(far->cert_dir, "/\U0001F4C1\u65E5");
}

TEST(Config, what_describe_says_is_a_file_of_the_same_meaning) {
  Config config;
  config.socket_mode = 0660;
  config.cert_dir = "/certs";
  config.limits.streams_default = 9;
  config.keep_events_days = 12;
  const auto again = parse_config(describe(config), "described");
  ASSERT_TRUE(again) << again.error().detail;
  EXPECT_EQ(describe(*again), describe(config));
  EXPECT_EQ(again->limits.streams_default, 9U);
}

TEST(Config, a_file_that_is_not_there_is_named) {
  const auto config = read_config("/nowhere/rftd.toml");
  ASSERT_FALSE(config);
  EXPECT_THAT(config.error().detail, HasSubstr("/nowhere/rftd.toml"));
}

}  // namespace
}  // namespace rft
