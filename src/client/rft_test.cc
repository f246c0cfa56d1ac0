// First and alone, as in a program that uses librft.
#include "client/rft.h"

#if defined(BOOST_VERSION) || defined(BOOST_CONFIG_HPP)
#error "the public header brings Boost along"
#endif

#include <gtest/gtest.h>

namespace rft {
namespace {

TEST(PublicHeader, is_whole_and_brings_nothing_of_boost) {
  const TransferSpec spec{{}, "ftp://a/x", "ftp://b/x", {}, {{"verify", "none"}}};
  ClientOptions options;
  options.keep_trying = std::chrono::milliseconds(0);
  Client client(Server{"/nonexistent/s", {}}, options);
  EXPECT_EQ(client.submit(spec).error().code, Code::unreachable);
}

TEST(Final, are_the_words_that_only_the_user_moves_on) {
  for (const char* word : {"done", "failed", "user_stop_partial_trans", "user_stop"}) {
    EXPECT_TRUE(is_final(word)) << word;
  }
  for (const char* word : {"inactive", "committed", "active", "new_in_time"}) {
    EXPECT_FALSE(is_final(word)) << word;
  }
}

}  // namespace
}  // namespace rft
