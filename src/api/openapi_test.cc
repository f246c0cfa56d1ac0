#include "api/openapi.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "api/routes.h"
#include "api/schema.h"
#include "base/error.h"
#include "base/text.h"

namespace rft::api {
namespace {

namespace json = boost::json;

const json::value& document() {
  static const json::value parsed = json::parse(openapi_document());
  return parsed;
}

std::set<std::string> codes_of_registry() {
  return {
#define RFT_CODE(word, http, exit, sentence) #word,
#include "base/codes.def"
#undef RFT_CODE
  };
}

void collect_references(const json::value& value, std::set<std::string>& found) {
  if (const auto* object = value.if_object()) {
    for (const auto& [key, member] : *object) {
      if (key == "$ref") {
        found.insert(std::string(member.as_string()));
      } else {
        collect_references(member, found);
      }
    }
  } else if (const auto* array = value.if_array()) {
    for (const auto& element : *array) collect_references(element, found);
  }
}

TEST(Openapi, has_every_route_of_the_table_and_no_other) {
  std::size_t operations = 0;
  for (const auto& [path, item] : document().at("paths").as_object()) {
    operations += item.as_object().size();
  }
  EXPECT_EQ(operations, routes().size());
  for (const Route& route : routes()) {
    const json::value& operation =
        document().at("paths").at(route.pattern).at(to_lower(route.method));
    EXPECT_EQ(operation.at("operationId").as_string(), std::string(route.name));
    EXPECT_EQ(operation.as_object().contains("requestBody"), !route.request.empty());
    for (const int yes : route.yes) {
      EXPECT_TRUE(operation.at("responses").as_object().contains(std::to_string(yes)));
    }
    for (const Code code : route.refusals) {
      const json::value& response = operation.at("responses").at(std::to_string(entry(code).http));
      EXPECT_THAT(std::string(response.at("description").as_string()),
                  testing::HasSubstr(std::string(entry(code).word) + ": "));
    }
  }
}

TEST(Openapi, has_every_code_of_the_registry) {
  std::set<std::string> in_problem, described;
  const auto& codes =
      document().at_pointer("/components/schemas/Problem/properties/code/enum").as_array();
  for (const auto& code : codes) in_problem.insert(std::string(code.as_string()));
  for (const auto& [code, entry] : document().at("x-codes").as_object()) described.insert(code);
  EXPECT_EQ(in_problem, codes_of_registry());
  EXPECT_EQ(described, codes_of_registry());
}

TEST(Openapi, every_reference_leads_somewhere) {
  std::set<std::string> references;
  collect_references(document(), references);
  EXPECT_GT(references.size(), 10U);
  for (const std::string& reference : references) {
    EXPECT_NO_THROW(document().at_pointer(reference.substr(1))) << reference;
  }
}

TEST(Openapi, a_path_declares_each_of_its_parameters) {
  for (const Route& route : routes()) {
    const auto braces = std::count(route.pattern.begin(), route.pattern.end(), '{');
    const json::value& operation =
        document().at("paths").at(route.pattern).at(to_lower(route.method));
    long declared = 0;
    if (const auto* parameters = operation.as_object().if_contains("parameters")) {
      for (const auto& one : parameters->as_array()) declared += one.at("in") == "path";
    }
    EXPECT_EQ(declared, braces) << route.pattern;
  }
}

TEST(Openapi, a_secret_is_write_only) {
  for (const std::string field : {"pem", "password"}) {
    EXPECT_TRUE(document()
                    .at_pointer("/components/schemas/CredentialRequest/properties/" + field)
                    .at("writeOnly")
                    .as_bool());
    EXPECT_FALSE(document()
                     .at_pointer("/components/schemas/Credential/properties")
                     .as_object()
                     .contains(field));
  }
}

}  // namespace
}  // namespace rft::api
