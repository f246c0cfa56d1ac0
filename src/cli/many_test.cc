// Requests of many files, from the command line to what the service is asked and back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <fstream>

#include "cli/run_for_tests.h"

namespace rft::cli {
namespace {

using fake::Asked;
using fake::Says;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

std::vector<std::string> what(const std::vector<Asked>& asked) {
  std::vector<std::string> all;
  for (const Asked& one : asked) all.push_back(one.what());
  return all;
}

bool asks_for(const Asked& asked, const std::string& end) {
  return asked.target.ends_with(end);
}

std::string added(const Asked& asked, int files) {
  return R"({"lines":)" + std::to_string(std::ranges::count(asked.body, '\n')) +
         R"(,"added":1,"files":)" + std::to_string(files) + "}\n";
}

// Takes every list, and what was committed is done at once.
Says obliging(const Asked& asked) {
  if (asked.what() == "POST /v1/transfers") return {201, R"({"handle":"h","status":"inactive"})"};
  if (asked.what() == "POST /v1/transfers/h/files") return {200, added(asked, 2)};
  if (asks_for(asked, "/commit")) return {200, R"({"handle":"h","status":"committed"})"};
  return {200, R"({"handle":"h","kind":"list","status":"done","files":{"total":2,"done":2,)"
               R"("bytes":10,"bytes_done":10}})"};
}

Outcome from_stdin(std::vector<std::string> words, const std::string& list,
                   const fake::Service::Answers& answers = obliging) {
  words.insert(words.end(), {"--handle", "h", "--from", "-"});
  return rft(words, answers, list);
}

TEST(CopyTree, asks_for_a_tree_between_two_folders) {
  const Outcome outcome =
      rft({"copy", "-r", "--no-wait", "ftp://a/x", "ftp://b/y/", "--handle", "h"},
          Says{201, R"({"handle":"h","status":"committed"})"});
  EXPECT_EQ(outcome.code, 0);
  ASSERT_THAT(outcome.asked, SizeIs(1));
  EXPECT_EQ(
      outcome.asked.at(0).body,
      R"({"handle":"h","source":"ftp://a/x/","destination":"ftp://b/y/","kind":"tree","commit":true})");
}

TEST(CopyTree, is_what_submit_and_complete_do_too) {
  for (const char* command : {"submit", "complete"}) {
    const Outcome outcome = rft({command, "--recursive", "ftp://a", "ftp://b"}, Says{201, "{}"});
    EXPECT_THAT(outcome.asked.at(0).body, HasSubstr(R"("source":"ftp://a/")"));
    EXPECT_THAT(outcome.asked.at(0).body, HasSubstr(R"("kind":"tree")"));
  }
}

TEST(AllOrNone, is_asked_for_as_a_truth) {
  const Outcome outcome =
      rft({"submit", "-r", "--all-or-none", "ftp://a/x", "ftp://b/y"}, Says{201, "{}"});
  EXPECT_THAT(outcome.asked.at(0).body, HasSubstr(R"("options":{"all_or_none":true})"));
}

TEST(DeleteExtra, is_refused_unless_it_is_confirmed_or_a_dry_run) {
  const auto deletes = [](const std::vector<std::string>& more) {
    std::vector<std::string> words{"submit", "-r", "ftp://a/x", "ftp://b/y"};
    words.insert(words.end(), more.begin(), more.end());
    return rft(words, Says{201, "{}"});
  };
  for (const std::vector<std::string>& bare :
       {std::vector<std::string>{"--delete-extra"}, {"--option", "delete_extra=true"}}) {
    const Outcome refused = deletes(bare);
    EXPECT_EQ(refused.code, 2);
    EXPECT_THAT(refused.asked, SizeIs(0));
    EXPECT_THAT(refused.err, HasSubstr("--dry-run to see which, or --yes"));
  }
  EXPECT_THAT(deletes({"--delete-extra", "--yes"}).asked.at(0).body,
              HasSubstr(R"("options":{"delete_extra":true})"));
  EXPECT_THAT(deletes({"--delete-extra", "--dry-run"}).asked.at(0).body,
              HasSubstr(R"("options":{"act":"plan","delete_extra":true})"));
}

TEST(CopyTree, says_what_is_kept_and_what_is_done_with_links) {
  const Outcome outcome =
      rft({"submit", "-r", "--preserve", "mode,times", "--links", "skip", "ftp://a/x", "ftp://b/y"},
          Says{201, "{}"});
  EXPECT_THAT(outcome.asked.at(0).body,
              HasSubstr(R"("options":{"links":"skip","preserve":["mode","times"]})"));
}

TEST(DryRun, asks_for_a_plan_and_tells_what_would_be_moved) {
  const Outcome outcome = rft(
      {"copy", "-r", "--dry-run", "--verbose", "ftp://a/x", "ftp://b/y"}, [](const Asked& asked) {
        if (asked.target.find("/files?") != std::string::npos) {
          return Says{200, R"({"files":[{"source":"ftp://a/x/1","destination":"ftp://b/y/1",)"
                           R"("status":"would_move","size":10}],"next":null})"};
        }
        return Says{200,
                    R"({"handle":"h","kind":"tree","status":"failed","options":{"act":"plan"},)"
                    R"("files":{"total":4,"done":0,"waiting":0,"failed":1,"skipped":2,)"
                    R"("would_move":1,"bytes":50,"bytes_done":0,"bytes_would_move":10}})"};
      });
  EXPECT_EQ(outcome.code, 1) << "something would fail";
  EXPECT_THAT(outcome.asked.at(0).body, HasSubstr(R"("options":{"act":"plan"})"));
  EXPECT_THAT(outcome.out,
              HasSubstr("dry run: 1 file, 10 B would be moved; 2 skipped; 1 would fail\n"));
  EXPECT_THAT(outcome.out, HasSubstr("would_move        10 B  ftp://a/x/1\n"));
}

TEST(DryRun, of_one_file_tells_of_that) {
  for (const auto& [adopted, says] :
       {std::pair("false", "dry run: 10 B would be moved\n"),
        std::pair("true", "dry run: it is there already, nothing would be moved\n")}) {
    const std::string record =
        std::string(R"({"handle":"h","kind":"file","status":"done","size":10,"adopted":)") +
        adopted + R"(,"options":{"act":"plan"}})";
    const Outcome outcome = rft({"copy", "--dry-run", "ftp://a/x", "ftp://b/y"}, [&](const Asked&) {
      return Says{200, record};
    });
    EXPECT_EQ(outcome.code, 0);
    EXPECT_EQ(outcome.out, says);
  }
}

TEST(DryRun, is_shown_beside_the_status) {
  const std::string record =
      R"({"handle":"h","kind":"file","status":"done","size":10,"options":{"act":"plan"}})";
  EXPECT_EQ(rft({"status", "h"}, Says{200, record}).out, "h  done, dry run: 10 B would be moved\n");
  EXPECT_THAT(rft({"ls"}, Says{200, R"({"transfers":[)" + record + R"(],"next":null})"}).out,
              HasSubstr("done (dry run)"));
  EXPECT_THAT(rft({"list", "h"}, Says{200, record}).out, HasSubstr("done (dry run)"));
  EXPECT_EQ(rft({"status", "h", "--json"}, Says{200, record}).asked.at(0).target,
            "/v1/transfers/h/status");
}

TEST(LsFiles, tells_what_was_adopted_and_of_a_dry_run_what_would_be) {
  const Outcome outcome =
      rft({"ls", "h", "--files"},
          Says{200, R"({"files":[{"source":"ftp://a/1","status":"done","adopted":true},)"
                    R"({"source":"ftp://a/2","status":"skipped","adopted":true},)"
                    R"({"source":"ftp://a/3","status":"skipped"}],"next":null})"});
  EXPECT_EQ(outcome.out,
            "done                 -  ftp://a/1  adopted: it stood there already\n"
            "skipped              -  ftp://a/2  would be adopted: it stands there already\n"
            "skipped              -  ftp://a/3\n");
}

TEST(Priority, that_differs_from_that_of_an_earlier_submit_is_told_to_stay) {
  const auto again = [](const std::vector<std::string>& more, const std::string& status) {
    std::vector<std::string> words{"complete", "ftp://a/x", "ftp://b/y", "--handle", "h"};
    words.insert(words.end(), more.begin(), more.end());
    return rft(words, Says{200, R"({"handle":"h","created":false,"priority":50,"status":")" +
                                    status + R"("})"})
        .err;
  };
  EXPECT_EQ(again({"--priority", "70"}, "committed"),
            "h was submitted before with priority 50, which stays; 'rft priority h 70' changes "
            "it\n");
  EXPECT_EQ(again({"--priority", "70"}, "done"),
            "h was submitted before with priority 50, which stays\n");
  EXPECT_EQ(again({"--priority", "50"}, "committed"), "");
  EXPECT_EQ(again({}, "committed"), "");
}

TEST(CopyList, submits_sends_the_files_commits_and_watches) {
  const Outcome outcome = from_stdin({"copy", "ftp://a/x", "ftp://b/y"}, "1\n2 3\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(
      what(outcome.asked),
      ElementsAre("POST /v1/transfers", "POST /v1/transfers/h/files", "POST /v1/transfers/h/commit",
                  "GET /v1/transfers/h/status", "GET /v1/transfers/h"));
  EXPECT_EQ(outcome.asked.at(0).body,
            R"({"handle":"h","source":"ftp://a/x/","destination":"ftp://b/y/","kind":"list"})");
  EXPECT_EQ(outcome.asked.at(1).body,
            "{\"source\":\"1\"}\n{\"source\":\"2\",\"destination\":\"3\"}\n");
  EXPECT_EQ(outcome.out, "done: verified, 2 files, 10 B\n");
  EXPECT_EQ(outcome.err, "handle h\n2 files in the list\n");
}

TEST(CopyList, of_urls_alone_needs_no_folders) {
  const Outcome outcome = from_stdin({"copy"}, "ftp://a:2100/x/1 ftp://b/y/1\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.asked.at(0).body,
              HasSubstr(R"("source":"ftp://a:2100/","destination":"ftp://b/")"));
}

TEST(CopyList, without_folders_refuses_a_path_by_its_line_and_submits_nothing) {
  const Outcome outcome = from_stdin({"copy"}, "ftp://a/1 ftp://b/1\nx/2 ftp://b/2\n");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("line 2: it does not hold two URLs"));
  EXPECT_THAT(outcome.asked, SizeIs(0));
}

TEST(CopyList, with_a_line_that_cannot_be_read_submits_nothing) {
  const Outcome outcome = from_stdin({"copy", "ftp://a/x", "ftp://b/y"}, "1 2\n1 2 3\n");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("line 2: it holds more than"));
  EXPECT_THAT(outcome.asked, SizeIs(0));
}

TEST(CopyList, without_a_file_in_it_is_refused) {
  const Outcome outcome = from_stdin({"copy", "ftp://a/x", "ftp://b/y"}, "# none\n");
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("the list on standard input names no file"));
  EXPECT_THAT(outcome.asked, SizeIs(0));
}

TEST(CopyList, in_csv_without_a_source_in_its_header_is_refused) {
  const auto refused = [](const std::string& header, const std::string& why) {
    const fake::Folder folder;
    const std::string path = folder / "list.csv";
    std::ofstream(path) << header << "\nftp://a/1,ftp://b/1\n";
    const Outcome outcome = rft({"copy", "--from", path, "ftp://a/x", "ftp://b/y"}, obliging);
    EXPECT_EQ(outcome.code, 2);
    EXPECT_THAT(outcome.err, HasSubstr("line 1: "));
    EXPECT_THAT(outcome.err, HasSubstr(why));
    EXPECT_THAT(outcome.asked, SizeIs(0));
  };
  refused("destination,size", "the header names no column 'source'");
  refused("src,dst", "begins with a header, and this one names a column 'src'");
}

TEST(CopyList, in_csv_without_destinations_needs_the_two_folders) {
  const fake::Folder folder;
  const std::string path = folder / "list.csv";
  std::ofstream(path) << "source\nftp://a/1\n";
  const Outcome outcome = rft({"copy", "--from", path}, obliging);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("line 2: it does not hold two URLs"));
}

TEST(CopyList, with_lines_that_the_service_refuses_names_them_and_commits_nothing) {
  const Outcome outcome = from_stdin(
      {"copy", "ftp://a/x", "ftp://b/y"}, "# comment\n1\n../2\n", [](const Asked& asked) {
        if (!asks_for(asked, "/files")) return obliging(asked);
        return Says{200, R"({"line":2,"code":"invalid_url","detail":"because"})"
                         "\n" +
                             added(asked, 1)};
      });
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("rft: invalid_url: line 3: because\n"));
  EXPECT_THAT(outcome.err, HasSubstr("'rft commit h'"));
  EXPECT_THAT(outcome.err, HasSubstr("'rft clear h'"));
  EXPECT_THAT(what(outcome.asked), ElementsAre("POST /v1/transfers", "POST /v1/transfers/h/files"));
}

TEST(CopyList, with_two_files_for_one_destination_names_the_line_and_commits_nothing) {
  const Outcome outcome = from_stdin(
      {"copy", "ftp://a/x", "ftp://b/y"}, "# comment\n1 x\n2 x\n", [](const Asked& asked) {
        if (!asks_for(asked, "/files")) return obliging(asked);
        return Says{200, R"({"lines":2,"line":2,"code":"destination_twice","detail":"because"})"};
      });
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.out, "");
  EXPECT_THAT(outcome.err, HasSubstr("rft: destination_twice: line 3: because\n"));
  EXPECT_THAT(outcome.err, HasSubstr("'rft clear h'"));
  EXPECT_THAT(what(outcome.asked), ElementsAre("POST /v1/transfers", "POST /v1/transfers/h/files"));
}

TEST(CopyList, that_breaks_off_late_is_sent_in_chunks_and_not_committed) {
  std::string list;
  for (int i = 0; i < 20'000; ++i) list += std::to_string(i) + "\n";
  const Outcome outcome =
      from_stdin({"copy", "ftp://a/x", "ftp://b/y"}, list + "1 2 3\n", obliging);
  EXPECT_EQ(outcome.code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("line 20001: "));
  EXPECT_THAT(outcome.err, HasSubstr("Nothing is committed"));
  EXPECT_THAT(what(outcome.asked), Not(testing::Contains("POST /v1/transfers/h/commit")));
  EXPECT_THAT(outcome.asked, testing::SizeIs(testing::Ge(3U)));
}

TEST(CopyList, that_was_committed_before_is_only_watched) {
  const Outcome outcome =
      from_stdin({"copy", "ftp://a/x", "ftp://b/y"}, "1\n", [](const Asked& asked) {
        if (asked.what() == "POST /v1/transfers") {
          return Says{200, R"({"handle":"h","status":"failed"})"};
        }
        return Says{200, R"({"handle":"h","status":"failed"})"};
      });
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(what(outcome.asked), ElementsAre("POST /v1/transfers", "GET /v1/transfers/h/status",
                                               "GET /v1/transfers/h"));
}

TEST(CopyList, interrupted_while_it_is_sent_commits_nothing_and_says_how_to_go_on) {
  const Outcome outcome =
      from_stdin({"copy", "ftp://a/x", "ftp://b/y"}, "1\n", [](const Asked& asked) {
        if (asks_for(asked, "/files")) ::kill(::getpid(), SIGINT);
        return obliging(asked);
      });
  EXPECT_EQ(outcome.code, 130);
  EXPECT_THAT(outcome.err, HasSubstr("'--handle h'"));
  EXPECT_THAT(what(outcome.asked), Not(testing::Contains("POST /v1/transfers/h/commit")));
}

TEST(SubmitList, does_not_commit_and_prints_the_handle) {
  const Outcome outcome =
      from_stdin({"submit", "ftp://a/x", "ftp://b/y", "--format", "csv"}, "source,size\n1,5\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "h\n");
  EXPECT_THAT(what(outcome.asked), ElementsAre("POST /v1/transfers", "POST /v1/transfers/h/files"));
  EXPECT_EQ(outcome.asked.at(1).body, "{\"source\":\"1\",\"size\":5}\n");
}

TEST(CopyList, that_is_not_waited_for_prints_the_handle_after_its_commit) {
  const Outcome outcome = from_stdin({"copy", "--no-wait", "ftp://a/x", "ftp://b/y"}, "1\n");
  EXPECT_EQ(outcome.out, "h\n");
  EXPECT_EQ(outcome.asked.back().what(), "POST /v1/transfers/h/commit");
}

Says failed_whole(const Asked& asked) {
  if (asked.target.find("/files?") == std::string::npos) {
    return {200, R"({"handle":"h","kind":"tree","status":"failed","files":{"total":9,"done":2,)"
                 R"("failed":7,"bytes":10,"bytes_done":10}})"};
  }
  if (asked.target.find("after=") == std::string::npos) {
    return {200, R"({"files":[],"next":"1.1"})"};
  }
  return {200, R"({"files":[{"source":"ftp://a/1","status":"failed","fault":)"
               R"({"code":"no_such_file","sentence":"no such file"}}],"next":null})"};
}

TEST(Wait, for_a_whole_with_failed_files_names_them_and_the_way_on_and_exits_with_1) {
  const Outcome outcome = rft({"wait", "h"}, failed_whole);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_EQ(outcome.out,
            "failed: 7 of 9 files; 2 done, 7 failed, 10 B\n"
            "  ftp://a/1: no such file\n"
            "  and 6 more\n"
            "'rft ls h --files --status failed' lists what failed, 'rft retry h' tries it again\n");
  EXPECT_EQ(outcome.asked.at(2).target, "/v1/transfers/h/files?status=failed&limit=5");
}

TEST(Wait, in_json_for_a_whole_prints_its_record_alone) {
  const Outcome outcome = rft({"wait", "h", "--json"}, failed_whole);
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.out, testing::StartsWith("{"));
  EXPECT_THAT(outcome.asked, SizeIs(2));
}

TEST(LsFiles, prints_page_after_page_one_file_a_line) {
  const Outcome outcome = rft({"ls", "h", "--files", "--status", "failed"}, failed_whole);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "failed               -  ftp://a/1  no such file\n");
  EXPECT_EQ(outcome.asked.at(0).target, "/v1/transfers/h/files?status=failed&limit=1000");
  EXPECT_EQ(outcome.asked.at(1).target, "/v1/transfers/h/files?status=failed&after=1.1&limit=1000");
}

TEST(LsFiles, stops_at_its_limit) {
  const Outcome outcome =
      rft({"ls", "h", "--files", "--limit", "1", "--json"},
          Says{200, R"({"files":[{"source":"ftp://a/1"},{"source":"ftp://a/2"}],"next":"1.2"})"});
  EXPECT_EQ(outcome.out, "{\"source\":\"ftp://a/1\"}\n");
  EXPECT_THAT(outcome.asked, SizeIs(1));
}

TEST(LsFiles, of_what_is_not_there_exits_with_3) {
  EXPECT_EQ(rft({"ls", "h", "--files"}, problem(404, "no_such_transfer")).code, 3);
}

TEST(Retry, commits_and_says_how_many_files_go_again) {
  const Outcome outcome = rft({"retry", "h"}, [](const Asked& asked) {
    return asks_for(asked, "/commit") ? obliging(asked) : failed_whole(asked);
  });
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, "h  committed: 7 files go again\n");
  EXPECT_THAT(what(outcome.asked),
              ElementsAre("GET /v1/transfers/h", "POST /v1/transfers/h/commit"));
}

TEST(Retry, of_one_file_goes_too) {
  const Outcome outcome = rft({"retry", "h"}, [](const Asked& asked) {
    if (asks_for(asked, "/commit")) return obliging(asked);
    return Says{200, R"({"handle":"h","status":"user_stop_partial_trans"})"};
  });
  EXPECT_EQ(outcome.out, "h  committed: 1 file goes again\n");
}

TEST(Retry, of_what_did_not_fail_is_refused_with_4_and_commits_nothing) {
  const Outcome outcome = rft({"retry", "h"}, Says{200, R"({"handle":"h","status":"inactive"})"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("inactive"));
  EXPECT_THAT(outcome.asked, SizeIs(1));
}

TEST(Status, of_a_whole_counts_its_files) {
  const Outcome outcome =
      rft({"status", "h"},
          Says{200, R"({"handle":"h","kind":"tree","status":"active","rate":5,"eta":10,)"
                    R"("eta_is_least":true,"files":)"
                    R"({"total":9,"done":2,"waiting":6,"failed":1,"bytes":100,"bytes_done":50,)"
                    R"("listing":true}})"});
  EXPECT_EQ(outcome.out,
            "h  active  listing  2 of at least 9 files  50 B of 100 B  5 B/s  "
            "ETA at least 10 s  1 failed\n");
}

TEST(List, of_a_whole_shows_its_counts) {
  const Outcome outcome = rft({"list", "h"}, failed_whole);
  EXPECT_THAT(outcome.out, HasSubstr("kind       tree\n"));
  EXPECT_THAT(outcome.out, HasSubstr("files      9: 2 done, 7 failed\n"));
}

TEST(Ls, shows_a_whole_by_its_bytes_and_files) {
  const Outcome outcome = rft({"ls"}, [](const Asked& asked) {
    return Says{200, R"({"transfers":[)" + failed_whole(asked).body + R"(],"next":null})"};
  });
  EXPECT_THAT(outcome.out, HasSubstr("22 %  10 B in 9 files"));
}

TEST(Top, shows_a_whole_that_moves) {
  const Outcome outcome = rft({"top"}, [](const Asked& asked) {
    if (asked.target.find("active") == std::string::npos) return Says{200, "{}"};
    return Says{200, R"({"transfers":[{"handle":"h","status":"active","files":{"total":4,"done":1,)"
                     R"("bytes":8,"bytes_done":2}}],"next":null})"};
  });
  EXPECT_THAT(outcome.out, HasSubstr("25 %  8 B in 4 files"));
  EXPECT_THAT(outcome.out, HasSubstr("moving"));
}

}  // namespace
}  // namespace rft::cli
