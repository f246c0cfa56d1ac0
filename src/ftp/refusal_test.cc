#include "ftp/refusal.h"

#include <gtest/gtest.h>

namespace rft::ftp {
namespace {

FaultCode meant(const Reply& reply, Doing doing, Side side) {
  return refusal(reply, doing, side).code;
}

Reply globus(int code, const char* word, const char* number) {
  return {
      code,
      {std::string("GlobusError: v=1 c=") + word, std::string("GridFTP-Errno: ") + number, "End."}};
}

// What STOR and RETR say: text only, with the path echoed.
Reply failed_open(const std::string& path, const std::string& why) {
  return {500,
          {"Command failed. : globus_l_gfs_file_open failed.",
           "globus_xio: Unable to open file " + path, "globus_xio: System error in open: " + why,
           "globus_xio: A system call failed: " + why, "End."}};
}

TEST(Refusal, the_machine_readable_word_decides_before_the_text) {
  EXPECT_EQ(meant(globus(550, "PATH_NOT_FOUND", "2"), Doing::look, Side::source),
            FaultCode::no_such_file);
  EXPECT_EQ(meant(globus(550, "IS_A_DIRECTORY", "21"), Doing::remove, Side::destination),
            FaultCode::is_a_folder);
  EXPECT_EQ(meant(globus(550, "PERMISSION_DENIED", "13"), Doing::move, Side::destination),
            FaultCode::not_permitted);
  EXPECT_EQ(meant({550, {"GlobusError: v=1 c=PERMISSION_DENIED", "No such file or directory"}},
                  Doing::look, Side::source),
            FaultCode::not_permitted);
}

TEST(Refusal, the_error_number_tells_what_the_word_hides) {
  EXPECT_EQ(meant(globus(451, "INTERNAL_ERROR", "36"), Doing::look, Side::destination),
            FaultCode::bad_name);
  EXPECT_EQ(meant(globus(451, "INTERNAL_ERROR", "122"), Doing::make_parents, Side::destination),
            FaultCode::destination_full);
  EXPECT_EQ(meant(globus(451, "INTERNAL_ERROR", "18"), Doing::publish, Side::destination),
            FaultCode::cannot_rename);
}

TEST(Refusal, a_missing_name_means_what_we_were_doing_with_it) {
  const Reply missing = failed_open("/d/x", "No such file or directory");
  EXPECT_EQ(meant(missing, Doing::move, Side::source), FaultCode::no_such_file);
  EXPECT_EQ(meant(missing, Doing::move, Side::destination), FaultCode::no_such_folder);
  EXPECT_EQ(meant(missing, Doing::adopt, Side::destination), FaultCode::part_missing);
  EXPECT_EQ(meant(missing, Doing::verify, Side::destination), FaultCode::part_missing);
  EXPECT_EQ(meant(missing, Doing::verify, Side::source), FaultCode::no_such_file);
  EXPECT_EQ(meant(missing, Doing::publish, Side::destination), FaultCode::part_missing);
  EXPECT_EQ(meant(missing, Doing::list, Side::source), FaultCode::no_such_folder);
  EXPECT_EQ(meant(missing, Doing::make_parents, Side::destination), FaultCode::no_such_folder);
}

TEST(Refusal, a_listing_of_what_is_no_folder_says_so) {
  const Reply refused{550, {"'/d/x' is not a directory"}};
  EXPECT_EQ(meant(refused, Doing::list, Side::source), FaultCode::not_a_folder);
  EXPECT_EQ(meant(refused, Doing::move, Side::destination), FaultCode::no_such_folder);
}

TEST(Refusal, the_text_of_the_system_is_understood) {
  const auto stor = [](const char* why) {
    return meant(failed_open("/d/x", why), Doing::move, Side::destination);
  };
  EXPECT_EQ(stor("No space left on device"), FaultCode::destination_full);
  EXPECT_EQ(stor("Disk quota exceeded"), FaultCode::destination_full);
  EXPECT_EQ(stor("Permission denied"), FaultCode::not_permitted);
  EXPECT_EQ(stor("Is a directory"), FaultCode::is_a_folder);
  EXPECT_EQ(stor("Not a directory"), FaultCode::no_such_folder);
  EXPECT_EQ(stor("File name too long"), FaultCode::bad_name);
  EXPECT_EQ(stor("Something else"), FaultCode::server_refused);
}

TEST(Refusal, a_path_that_reads_like_a_reason_misleads_nobody) {
  EXPECT_EQ(
      meant(failed_open("/no space left/x", "Permission denied"), Doing::move, Side::destination),
      FaultCode::not_permitted);
  EXPECT_EQ(meant({550, {"/disk quota/is a directory: No such file or directory"}}, Doing::look,
                  Side::source),
            FaultCode::no_such_file);
}

TEST(Refusal, the_code_decides_where_no_word_does) {
  EXPECT_EQ(meant({421, {"Try later"}}, Doing::login, Side::source), FaultCode::server_busy);
  EXPECT_EQ(meant({421, {"Permission denied"}}, Doing::move, Side::source), FaultCode::server_busy);
  EXPECT_EQ(meant({425, {"x"}}, Doing::move, Side::both), FaultCode::data_channel_failed);
  EXPECT_EQ(meant({426, {"x"}}, Doing::move, Side::source), FaultCode::data_channel_failed);
  EXPECT_EQ(meant({452, {"x"}}, Doing::move, Side::destination), FaultCode::destination_full);
  EXPECT_EQ(meant({552, {"x"}}, Doing::move, Side::destination), FaultCode::destination_full);
  EXPECT_EQ(meant({502, {"x"}}, Doing::features, Side::source), FaultCode::not_supported);
  EXPECT_EQ(meant({504, {"x"}}, Doing::features, Side::source), FaultCode::not_supported);
  EXPECT_EQ(meant({553, {"x"}}, Doing::move, Side::destination), FaultCode::bad_name);
  EXPECT_EQ(meant({532, {"x"}}, Doing::move, Side::destination), FaultCode::login_refused);
  EXPECT_EQ(meant({501, {"Invalid command arguments."}}, Doing::move, Side::source),
            FaultCode::server_refused);
}

TEST(Refusal, a_full_disk_is_the_destinations_only) {
  EXPECT_EQ(meant(failed_open("/x", "No space left on device"), Doing::move, Side::source),
            FaultCode::server_refused);
}

TEST(Refusal, a_login_is_refused_or_its_credential_has_expired) {
  EXPECT_EQ(
      meant({530,
             {"Login incorrect. : globus_gss_assist: Gridmap lookup failure: Could not map /CN=x"}},
            Doing::login, Side::source),
      FaultCode::login_refused);
  EXPECT_EQ(
      meant({530, {"x", "certificate verify failed", "The certificate has expired: x", "End."}},
            Doing::login, Side::source),
      FaultCode::credential_expired);
  EXPECT_EQ(meant({530, {"Must perform GSSAPI authentication"}}, Doing::login, Side::source),
            FaultCode::credential_missing);
  EXPECT_EQ(meant({530, {"Sorry: No such file or directory"}}, Doing::login, Side::source),
            FaultCode::login_refused);
  EXPECT_EQ(meant({500, {"Command not supported."}}, Doing::login, Side::source),
            FaultCode::not_supported);
}

TEST(Refusal, a_rename_is_refused_for_what_stands_there_or_because_there_is_none) {
  EXPECT_EQ(meant(globus(553, "PATH_EXISTS", "17"), Doing::publish, Side::destination),
            FaultCode::cannot_replace);
  EXPECT_EQ(meant(globus(553, "PATH_EXISTS", "17"), Doing::make_parents, Side::destination),
            FaultCode::destination_exists);
  EXPECT_EQ(meant({500, {"Command not supported."}}, Doing::publish, Side::destination),
            FaultCode::cannot_rename);
}

TEST(Refusal, the_fault_holds_side_doing_and_the_servers_words) {
  const Fault fault = refusal({550, {"Gone", "End."}}, Doing::look, Side::source);
  EXPECT_EQ(fault.side, Side::source);
  EXPECT_EQ(fault.doing, Doing::look);
  EXPECT_EQ(fault.reply, "550 Gone | End.");
}

}  // namespace
}  // namespace rft::ftp
