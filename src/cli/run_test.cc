#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "cli/run_for_tests.h"

namespace rft::cli {
namespace {

using fake::Asked;
using fake::Says;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* source = "ftp://a/x";
constexpr const char* destination = "ftp://b/x";

struct Refusal {
  std::vector<std::string> words;
  std::string says;
};

class Usage : public testing::TestWithParam<Refusal> {};

TEST_P(Usage, is_refused_with_2_before_the_service_is_asked) {
  const Outcome outcome = rft(GetParam().words);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr(GetParam().says));
  EXPECT_THAT(outcome.asked, SizeIs(0));
  EXPECT_EQ(outcome.out, "");
}

INSTANTIATE_TEST_SUITE_P(
    Table, Usage,
    testing::Values(Refusal{{}, "subcommand"}, Refusal{{"frob"}, "no command 'frob'"},
                    Refusal{{"copy", source}, "destination"},
                    Refusal{{"copy", "ftp://a/x/", destination}, "use -r"},
                    Refusal{{"submit", source, "ftp://b"}, "use -r"},
                    Refusal{{"copy", "-r", source}, "destination"},
                    Refusal{{"copy", "-r", "--from", "f", source, destination}, "--from"},
                    Refusal{{"copy", "--from", "f", source}, "destination"},
                    Refusal{{"copy", "--from", "/nowhere/f"}, "cannot be opened"},
                    Refusal{{"copy", "--from", "/"}, "is a folder"},
                    Refusal{{"copy", "--from", std::string(300, 'x')}, "cannot be opened"},
                    Refusal{{"copy", "--from", "f", "--format", "xml"}, "pairs|csv|jsonl"},
                    Refusal{{"copy", "--format", "csv", source, destination}, "--from"},
                    Refusal{{"complete", source, destination, "--from", "f"}, "--from"},
                    Refusal{{"ls", "h"}, "--files"}, Refusal{{"ls", "--files"}, "handle"},
                    Refusal{{"retry"}, "handle"}, Refusal{{"commit"}, "handle"},
                    Refusal{{"priority", "h"}, "to"},
                    Refusal{{"copy", source, destination, "--priority", "high"}, "--priority"},
                    Refusal{{"copy", source, destination, "--frob"}, "--frob"},
                    Refusal{{"copy", source, destination, "--option", "x"}, "NAME=VALUE"},
                    Refusal{{"copy", source, destination, "--verify", "none", "--option",
                             "verify=none"},
                            "twice"},
                    Refusal{{"ls", "--limit", "0"}, "--limit"},
                    Refusal{{"cred", "add", "--endpoint", "ftp://h"}, "--user"},
                    Refusal{{"cred", "add", "--password", "p"}, "--password"},
                    Refusal{{"cred", "add", "--endpoint", "ftp://h", "--user", "u"}, "terminal"},
                    Refusal{{"service", "install", "--user", "--system"}, "--user"}));

struct Exit {
  Says says;
  int code;
};

class ExitCode : public testing::TestWithParam<Exit> {};

TEST_P(ExitCode, follows_the_registry) {
  EXPECT_EQ(rft({"stop", "h"}, GetParam().says).code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ExitCode,
    testing::Values(Exit{{200, R"({"handle":"h","status":"active"})"}, 0},
                    Exit{problem(400, "invalid_handle"), 2},
                    Exit{problem(422, "idempotency_key_reused"), 2},
                    Exit{problem(404, "no_such_transfer"), 3}, Exit{problem(409, "wrong_state"), 4},
                    Exit{problem(409, "handle_in_use"), 4}, Exit{problem(429, "busy"), 5},
                    Exit{problem(503, "unavailable"), 5}, Exit{problem(507, "storage_full"), 5},
                    Exit{problem(500, "internal"), 5}, Exit{problem(401, "not_authenticated"), 6},
                    Exit{problem(403, "not_allowed"), 6}, Exit{{200, "", true}, 5},
                    Exit{{200, "no json"}, 5}));

struct End {
  std::string status;
  int code;
};

class Copy : public testing::TestWithParam<End> {};

TEST_P(Copy, exits_by_how_the_transfer_ended) {
  const std::string body = R"({"handle":"h","status":")" + GetParam().status + R"("})";
  EXPECT_EQ(rft({"copy", source, destination}, Says{200, body}).code, GetParam().code);
  EXPECT_EQ(rft({"wait", "h"}, Says{200, body}).code, GetParam().code);
}

INSTANTIATE_TEST_SUITE_P(Table, Copy,
                         testing::Values(End{"done", 0}, End{"failed", 1},
                                         End{"user_stop_partial_trans", 7}));

TEST(Run, with_several_handles_exits_with_the_largest_code_and_asks_for_all) {
  const Outcome outcome = rft({"status", "a", "b", "c"}, [](const Asked& asked) {
    if (asked.target == "/v1/transfers/a") return problem(409, "wrong_state");
    if (asked.target == "/v1/transfers/b") return problem(404, "no_such_transfer");
    return Says{200, R"({"handle":"c","status":"done"})"};
  });
  EXPECT_EQ(outcome.code, 4);
  EXPECT_EQ(outcome.out, "c  done\n");
  EXPECT_THAT(outcome.asked, SizeIs(3));
}

TEST(Run, sends_every_option_by_its_name_in_the_api) {
  const Outcome outcome = rft({"complete",
                               source,
                               destination,
                               "--handle",
                               "h",
                               "--priority",
                               "70",
                               "--existing",
                               "fail",
                               "--checksum",
                               "MD5:00",
                               "--streams",
                               "4",
                               "--max-tries",
                               "3",
                               "--data-channel",
                               "clear",
                               "--finish-by",
                               "2026-01-01T00:00:00Z",
                               "--option",
                               "parents=fail",
                               "--option",
                               "label=a=b"},
                              Says{201, R"({"handle":"h"})"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "h\n");
  EXPECT_EQ(
      outcome.asked.at(0).body,
      R"({"handle":"h","source":"ftp://a/x","destination":"ftp://b/x","priority":70,)"
      R"("commit":true,"options":{"checksum":"MD5:00","data_channel":"clear","existing":"fail",)"
      R"("finish_by":"2026-01-01T00:00:00Z","label":"a=b","max_tries":3,"parents":"fail",)"
      R"("streams_max":4}})");
}

TEST(Run, json_is_the_document_of_the_service_also_behind_the_command) {
  const std::string body = R"({"handle":"h","status":"done","new_in_time":[1]})";
  EXPECT_EQ(rft({"list", "h", "--json"}, Says{200, body}).out, body + "\n");
  EXPECT_EQ(rft({"--json", "wait", "h"}, Says{200, body}).out, body + "\n");
}

TEST(Run, json_of_what_was_refused_names_handle_and_code) {
  const Outcome outcome = rft({"--json", "list", "h"}, problem(404, "no_such_transfer"));
  EXPECT_EQ(outcome.out,
            R"({"handle":"h","error":{"code":"no_such_transfer","detail":"because","status":404}})"
            "\n");
  EXPECT_THAT(outcome.err, HasSubstr("no_such_transfer: because"));
}

TEST(Run, ls_follows_the_pages_up_to_its_limit) {
  const Outcome outcome =
      rft({"ls", "--status", "done", "--limit", "3", "--json"}, [](const Asked& asked) {
        return asked.target.find("after=") == std::string::npos
                   ? Says{200, R"({"transfers":[{"handle":"a"},{"handle":"b"}],"next":"c/1"})"}
                   : Says{200, R"({"transfers":[{"handle":"c"}],"next":null})"};
      });
  EXPECT_EQ(outcome.out, "{\"handle\":\"a\"}\n{\"handle\":\"b\"}\n{\"handle\":\"c\"}\n");
  EXPECT_EQ(outcome.asked.at(0).target, "/v1/transfers?status=done&limit=3");
  EXPECT_EQ(outcome.asked.at(1).target, "/v1/transfers?status=done&after=c%2F1&limit=1");
}

TEST(Run, copy_without_a_terminal_says_one_line_for_each_change) {
  int looks = 0;
  const Outcome outcome =
      rft({"copy", source, destination, "--handle", "h"}, [&](const Asked& asked) {
        if (asked.method == "POST") return Says{201, R"({"handle":"h","status":"committed"})"};
        if (asked.target.find("/status") == std::string::npos) {
          return Says{200, R"({"handle":"h","status":"done","size":1000,"attempts":1})"};
        }
        ++looks;
        if (looks < 3) return Says{200, R"({"status":"committed","hold":"turn"})"};
        if (looks == 3)
          return Says{200, R"({"status":"active","size":1000,"bytes_confirmed":500})"};
        return Says{200, R"({"status":"done"})"};
      });
  EXPECT_EQ(outcome.err,
            "handle h\ncommitted, waits for its turn\nactive  50 %  500 B of 1.00 kB\n");
  EXPECT_EQ(outcome.out, "done: not_verified, 1.00 kB, 1 attempt\n");
}

TEST(Run, copy_bridges_an_absence_of_the_service_and_says_so) {
  int count = 0;
  const Outcome outcome = rft({"wait", "h"}, [&](const Asked&) {
    return Says{200, R"({"handle":"h","status":"done"})", ++count == 1};
  });
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("the service does not answer"));
}

TEST(Run, ctrl_c_lets_the_transfer_go_on_and_says_how_to_watch_and_stop_it) {
  const Outcome outcome =
      rft({"copy", source, destination, "--handle", "h"}, [](const Asked& asked) {
        if (asked.target.ends_with("/status")) ::kill(::getpid(), SIGINT);
        return Says{200, R"({"handle":"h","status":"active"})"};
      });
  EXPECT_EQ(outcome.code, 130);
  EXPECT_THAT(outcome.err, HasSubstr("rft wait h"));
  EXPECT_THAT(outcome.err, HasSubstr("rft stop h"));
}

TEST(Run, a_password_comes_from_stdin_and_is_never_printed) {
  const Outcome outcome = rft(
      {"cred", "add", "--endpoint", "ftp://h", "--user", "u", "--password-file", "-"},
      [](const Asked&) {
        return Says{201, R"({"id":"c1"})"};
      },
      "pass word\nmore");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.asked.at(0).body,
            R"({"kind":"password","endpoint":"ftp://h","user":"u","password":"pass word"})");
  EXPECT_EQ(outcome.out, "c1\n");
  EXPECT_THAT(outcome.err, Not(HasSubstr("pass word")));
}

TEST(Run, a_removed_credential_says_nothing) {
  const Outcome outcome = rft({"cred", "rm", "c1"}, Says{204, ""});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.asked.at(0).what(), "DELETE /v1/credentials/c1");
}

TEST(Run, nothing_from_outside_moves_the_cursor) {
  const Outcome outcome =
      rft({"list", "h"}, Says{200, R"({"handle":"h","status":"done","label":"\u001b[2J"})"});
  EXPECT_THAT(outcome.out, Not(HasSubstr("\x1b")));
}

TEST(Run, help_and_version_are_results) {
  EXPECT_EQ(rft({"--version"}).out, "rft " RFT_VERSION "\n");
  const Outcome help = rft({"copy", "--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_THAT(help.out, HasSubstr("--finish-by"));
}

}  // namespace
}  // namespace rft::cli
