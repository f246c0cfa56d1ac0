#include "mover/traits.h"

#include <gtest/gtest.h>

namespace rft::mover {
namespace {

Outcome<void> answer(FaultCode code, std::string reply = "550 no") {
  return tl::unexpected(Fault{code, Side::destination, Doing::preserve, std::move(reply), "mode"});
}
Standing standing(std::string modify, std::optional<unsigned> mode) {
  return {false, {1, std::move(modify), ""}, mode};
}

TEST(Traits, whole_seconds_and_nine_bits_are_kept) {
  const auto traits = traits_of(standing("20010203040506.75", 06751U), {true, true});
  ASSERT_TRUE(traits);
  EXPECT_EQ(traits->modify, "20010203040506");
  EXPECT_EQ(traits->mode, 0751U);
}

TEST(Traits, what_the_source_does_not_tell_cannot_be_kept) {
  EXPECT_EQ(traits_of(standing("", 0644U), {false, true}).error().code, FaultCode::cannot_preserve);
  EXPECT_EQ(traits_of(standing("20010203040506", {}), {true, false}).error().side, Side::source);
  EXPECT_TRUE(traits_of(standing("", {}), {}));
}

TEST(Traits, a_trial_is_good_where_only_the_file_is_missing) {
  EXPECT_TRUE(judge_trial(answer(FaultCode::no_such_file)));
  EXPECT_TRUE(judge_trial(answer(FaultCode::no_such_folder)));
  EXPECT_EQ(judge_trial(answer(FaultCode::not_supported)).error().code, FaultCode::cannot_preserve);
  EXPECT_EQ(judge_trial(answer(FaultCode::not_permitted)).error().code, FaultCode::cannot_preserve);
  EXPECT_EQ(judge_trial(answer(FaultCode::server_refused)).error().code,
            FaultCode::cannot_preserve);
}

TEST(Traits, the_end_of_a_session_is_no_refusal) {
  EXPECT_EQ(judge_trial(answer(FaultCode::cut, "")).error().code, FaultCode::cut);
  EXPECT_EQ(judge_set(answer(FaultCode::cut, "")).error().code, FaultCode::cut);
  EXPECT_EQ(judge_set(answer(FaultCode::server_refused, "450 later")).error().code,
            FaultCode::server_refused);
}

TEST(Traits, a_part_that_is_gone_is_sent_afresh) {
  EXPECT_EQ(judge_set(answer(FaultCode::no_such_file)).error().code, FaultCode::part_missing);
}

TEST(Traits, a_look_tells_whether_they_were_set) {
  const Traits wanted{"x", "20010203040506", 0640U};
  EXPECT_TRUE(judge_kept(wanted, standing("20010203040506", 0640U)));
  EXPECT_TRUE(judge_kept(wanted, standing("20010203040506.5", {}))) << "it tells no mode";
  EXPECT_FALSE(judge_kept(wanted, standing("20260101000000", 0640U)));
  EXPECT_FALSE(judge_kept(wanted, standing("20010203040506", 0644U)));
}

}  // namespace
}  // namespace rft::mover
