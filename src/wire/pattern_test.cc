#include "wire/pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace rft {
namespace {

struct Case {
  const char* pattern;
  const char* path;
  bool fits;
};

TEST(Patterns, they_fit_as_a_shell_user_expects) {
  for (const Case& one : {
           Case{"*.root", "run1/a.root", true},
           Case{"*.root", "run1/a.root.tmp", false},
           Case{"a?c", "x/abc", true},
           Case{"a?c", "x/ac", false},
           Case{"[a-c]*", "banana", true},
           Case{"[!a-c]*", "banana", false},
           Case{"[", "[", true},
           Case{"run*/a", "run1/a", true},
           Case{"run*/a", "run1/x/a", false},
           Case{"run**/a", "run1/x/a", true},
           Case{"**/a", "x/y/a", true},
           Case{"/a", "a", true},
           Case{"/a", "x/a", false},
           Case{"tmp/", "x/tmp/", true},
           Case{"tmp/", "x/tmp", false},
           Case{"tmp", "x/tmp/", true},
           Case{"**x*y", "a/xb/xcy", true},
           Case{"*a*b*c", "xaxbxc", true},
           Case{"*a*b*c", "xaxbx", false},
           Case{"", "a", false},
       }) {
    EXPECT_EQ(matches(one.pattern, one.path), one.fits) << one.pattern << " on " << one.path;
  }
}

TEST(Patterns, a_set_that_is_not_closed_is_told) {
  for (const char* open : {"[", "a[bc", "[]", "[!]", "[a][", "x/[a-"}) {
    EXPECT_TRUE(has_open_set(open)) << open;
  }
  for (const char* closed : {"", "a", "]", "[[]", "[]]", "[!a]", "[a]b]", "[a][b]"}) {
    EXPECT_FALSE(has_open_set(closed)) << closed;
  }
  EXPECT_TRUE(matches("[[]x", "[x")) << "how the letter is written";
}

TEST(Patterns, a_name_is_compared_by_its_bytes) {
  Options options;
  options.include = {"a b*"};
  EXPECT_TRUE(is_wanted_file(options, "x/a%20b.root"));
  EXPECT_FALSE(is_wanted_file(options, "x/ab"));
}

TEST(Patterns, what_is_excluded_is_not_wanted_though_it_is_included) {
  Options options;
  options.include = {"*.root"};
  options.exclude = {"bad*", "old/"};
  EXPECT_TRUE(is_wanted_file(options, "a.root"));
  EXPECT_FALSE(is_wanted_file(options, "bad.root"));
  EXPECT_FALSE(is_wanted_folder(options, "x/old/"));
  EXPECT_TRUE(is_wanted_folder(options, "x/new/"));
  EXPECT_TRUE(is_wanted_file({}, "anything"));
}

TEST(Patterns, a_hostile_pattern_takes_no_more_than_its_lengths_multiplied) {
  std::string pattern, path;
  for (int i = 0; i < 200; ++i) pattern += "*a";
  path = std::string(2000, 'a') + "b";
  EXPECT_FALSE(matches(pattern, path));
}

}  // namespace
}  // namespace rft
