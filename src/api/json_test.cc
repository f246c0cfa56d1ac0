#include "api/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/requests.h"
#include "api/target.h"

namespace rft::api {
namespace {

using testing::HasSubstr;

std::string refusal(std::string_view text) {
  auto parsed = parse_object(text);
  if (parsed) return "";
  EXPECT_EQ(parsed.error().code, Code::invalid_request);
  return parsed.error().detail;
}

Error submit_refusal(std::string_view body) {
  auto submit = submit_from(body);
  return submit ? Error{Code::internal, "it was taken"} : submit.error();
}

std::string with(std::string_view more) {
  return R"({"source":"gsiftp://a.example/f","destination":"gsiftp://b.example/f",)" +
         std::string(more) + "}";
}

TEST(Json, an_object_comes_through_whole) {
  const auto object = parse_object(R"({"a":[1,-2,3.5,true,null],"b":{"c":"\u00e9\n"}})");
  ASSERT_TRUE(object);
  EXPECT_EQ(object->at("a").as_array().size(), 5U);
  EXPECT_EQ(object->at("b").as_object().at("c").as_string(), "\xc3\xa9\n");
}

TEST(Json, a_field_given_twice_is_refused_by_name) {
  EXPECT_THAT(refusal(R"({"a":1,"b":{"x":1},"a":2})"), HasSubstr("'a' is given twice"));
  EXPECT_THAT(refusal(R"({"b":{"x":1,"\u0078":2}})"), HasSubstr("'x' is given twice"));
  EXPECT_EQ(refusal(R"({"a":{"x":1},"b":{"x":1}})"), "");
}

TEST(Json, what_breaks_the_rules_is_refused) {
  for (const std::string_view text :
       {"", "{", R"({"a":)", R"({"a":1)", R"({"a":1,})", "{'a':1}", R"({"a":01})", R"({"a":NaN})",
        "{\"a\":\"\xff\"}", R"({"a":"\ud800"})", "// {}", "{\"a\":\"\n\"}"}) {
    EXPECT_THAT(refusal(text), HasSubstr("not JSON")) << text;
  }
  EXPECT_THAT(refusal("{} {}"), HasSubstr("something follows"));
  EXPECT_THAT(refusal("[1]"), HasSubstr("this is a list"));
}

TEST(Json, depth_is_bounded) {
  std::string deep = "1";
  for (std::size_t i = 0; i < json_depth_max; ++i) deep = R"({"a":)" + deep + "}";
  EXPECT_EQ(refusal(deep), "");
  EXPECT_THAT(refusal(R"({"a":)" + deep + "}"), HasSubstr("deep"));
}

TEST(Json, a_refusal_repeats_no_value) {
  EXPECT_THAT(refusal(R"({"password":"hunter2)"), testing::Not(HasSubstr("hunter2")));
}

TEST(Requests, a_submission_comes_through_whole) {
  const auto submit = submit_from(with(
      R"("handle":"h1","priority":70,"commit":true,"options":{"checksum":"md5","max_tries":3,"label":"x","verify":"checksum"})"));
  ASSERT_TRUE(submit) << submit.error().detail;
  EXPECT_EQ(submit->handle, "h1");
  EXPECT_EQ(submit->priority, 70);
  EXPECT_TRUE(submit->commit);
  EXPECT_EQ(submit->options.checksum.algorithm, "MD5");
  EXPECT_EQ(submit->options.max_tries, 3U);
}

TEST(Requests, an_unknown_field_is_named) {
  const Error error = submit_refusal(with(R"("prio":1)"));
  EXPECT_EQ(error.code, Code::unknown_field);
  EXPECT_THAT(error.detail, HasSubstr("'prio'"));
}

TEST(Requests, a_field_of_another_type_is_named_with_the_type_that_is_wanted) {
  for (const auto& [more, name, wanted] : std::initializer_list<std::array<std::string_view, 3>>{
           {R"("priority":"70")", "'priority'", "a whole number"},
           {R"("priority":7.5)", "'priority'", "a whole number"},
           {R"("priority":18446744073709551615)", "'priority'", "a whole number"},
           {R"("commit":1)", "'commit'", "true or false"},
           {R"("handle":7)", "'handle'", "a string"},
           {R"("handle":null)", "'handle'", "a string"},
           {R"("options":[])", "'options'", "an object"},
           {R"("options":{"max_tries":"3"})", "'max_tries'", "a whole number"},
           {R"("options":{"label":{}})", "'label'", "a string"}}) {
    const Error error = submit_refusal(with(more));
    EXPECT_EQ(error.code, Code::invalid_request) << more;
    EXPECT_THAT(error.detail, testing::AllOf(HasSubstr(name), HasSubstr(wanted))) << more;
  }
}

TEST(Requests, a_missing_field_is_named) {
  const Error error = submit_refusal(R"({"source":"gsiftp://a.example/f"})");
  EXPECT_EQ(error.code, Code::missing_field);
  EXPECT_THAT(error.detail, HasSubstr("'destination'"));
}

TEST(Requests, options_are_refused_in_the_words_of_core) {
  EXPECT_EQ(submit_refusal(with(R"("options":{"colour":"red"})")).code, Code::unknown_option);
  EXPECT_EQ(submit_refusal(with(R"("options":{"verify":"maybe"})")).code, Code::invalid_option);
  EXPECT_EQ(submit_refusal(with(R"("options":{"max_tries":-1})")).code, Code::invalid_option);
  EXPECT_EQ(submit_refusal(with(R"("options":{"max_tries":1001})")).code, Code::invalid_option);
}

TEST(Requests, a_url_that_cannot_be_used_is_named_by_its_field) {
  const Error error =
      submit_refusal(R"({"source":"gsiftp://a.example/f","destination":"http://b.example/f"})");
  EXPECT_EQ(error.code, Code::unsupported_scheme);
  EXPECT_THAT(error.detail, testing::StartsWith("destination: "));
}

TEST(Requests, a_priority_is_a_number_or_an_operation_and_not_both) {
  EXPECT_EQ(std::get<int>(priority_from("h", R"({"priority":0})")->to), 0);
  EXPECT_EQ(std::get<PriorityStep>(priority_from("h", R"({"operation":"push"})")->to),
            PriorityStep::push);
  EXPECT_EQ(priority_from("h", R"({"priority":101})").error().code, Code::invalid_priority);
  EXPECT_EQ(priority_from("h", R"({"priority":1,"operation":"push"})").error().code,
            Code::invalid_request);
  EXPECT_EQ(priority_from("h", "{}").error().code, Code::missing_field);
  EXPECT_EQ(priority_from("h", R"({"operation":"pull"})").error().code, Code::invalid_request);
}

TEST(Requests, a_credentials_body_is_wiped_and_its_secret_is_in_no_refusal) {
  std::string body =
      R"({"kind":"password","endpoint":"ftp://h:21","user":"u","password":"hunter2"})";
  const auto credential = credential_from(body);
  ASSERT_TRUE(credential) << credential.error().detail;
  EXPECT_EQ(std::get<NewPassword>(*credential).password.reveal(), "hunter2");
  EXPECT_TRUE(body.empty());

  body = R"({"kind":"password","password":"hunter2","user":"u"})";
  const auto refused = credential_from(body);
  EXPECT_EQ(refused.error().code, Code::missing_field);
  EXPECT_THAT(refused.error().detail,
              testing::AllOf(HasSubstr("'endpoint'"), testing::Not(HasSubstr("hunter2"))));
}

TEST(Requests, a_field_of_the_other_kind_of_credential_is_refused) {
  std::string body = R"({"kind":"x509_proxy","pem":"x","user":"u"})";
  EXPECT_EQ(credential_from(body).error().code, Code::invalid_request);
  body = R"({"kind":"token"})";
  EXPECT_THAT(credential_from(body).error().detail, HasSubstr("x509_proxy, password"));
}

TEST(Requests, an_idempotency_key_is_1_to_255_printable_characters) {
  EXPECT_EQ(*checked_key(std::nullopt), "");
  EXPECT_EQ(*checked_key(std::string(255, 'k')), std::string(255, 'k'));
  EXPECT_FALSE(checked_key(""));
  EXPECT_FALSE(checked_key(std::string(256, 'k')));
  EXPECT_FALSE(checked_key("a\tb"));
  EXPECT_FALSE(checked_key("\xc3\xa9"));
}

TEST(Target, a_path_is_decoded_segment_by_segment) {
  const auto target = parse_target("/v1/transfers/a%3Ab%2Fc/why?after=x%26y&limit=3");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, (std::vector<std::string>{"v1", "transfers", "a:b/c", "why"}));
  EXPECT_EQ(target->value("after"), "x&y");
  EXPECT_EQ(target->value("limit"), "3");
  EXPECT_EQ(target->value("status"), std::nullopt);
  EXPECT_EQ(parse_target("http://localhost/healthz")->path, std::vector<std::string>{"healthz"});
}

TEST(Target, what_is_no_target_is_refused) {
  EXPECT_FALSE(parse_target("/a%4"));
  EXPECT_FALSE(parse_target("/a?x=%zz"));
  EXPECT_FALSE(parse_target("/a?x=1&x=2"));
  EXPECT_FALSE(parse_target("*"));
}

}  // namespace
}  // namespace rft::api
