// The program rft against a service that says what a test tells it to.
#pragma once
#include <sstream>
#include <string>
#include <vector>

#include "cli/run.h"
#include "client/fake_service_for_tests.h"

namespace rft::cli {

struct Outcome {
  int code = 0;
  std::string out;
  std::string err;
  std::vector<fake::Asked> asked;
};

inline Outcome rft(const std::vector<std::string>& words, const fake::Service::Answers& answers,
                   const std::string& input = {}) {
  const fake::Folder folder;
  const fake::Service service(folder / "s", answers);
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  std::vector<std::string> all{"--server", "unix:" + (folder / "s")};
  all.insert(all.end(), words.begin(), words.end());
  const Limits limits{std::chrono::milliseconds(50), std::chrono::milliseconds(2'000)};
  const int code = run(all, {in, out, err}, limits);
  return {code, out.str(), err.str(), service.asked()};
}

inline Outcome rft(const std::vector<std::string>& words, const fake::Says& says = {}) {
  return rft(words, [says](const fake::Asked&) { return says; });
}

inline fake::Says problem(int status, const std::string& code) {
  return {status, R"({"code":")" + code + R"(","detail":"because"})"};
}

}  // namespace rft::cli
