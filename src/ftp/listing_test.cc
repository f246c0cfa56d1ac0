#include "ftp/listing.h"

#include <gtest/gtest.h>

namespace rft::ftp {
namespace {

const Reply file{250,
                 {"status of /d/a b",
                  " Type=file;Modify=20261126071610;Size=6;Perm=awr;UNIX.mode=0644;"
                  "UNIX.owner=root;Unique=fe00-a721a8; /d/a b",
                  "End."}};

TEST(Listing, mlst_tells_what_identifies_a_file) {
  const auto facts = mlst_facts(file);
  ASSERT_TRUE(facts) << sentence(facts.error());
  EXPECT_EQ(facts->type, EntryType::file);
  EXPECT_EQ(facts->size, 6U);
  EXPECT_EQ(facts->modify, "20261126071610");
  EXPECT_EQ(facts->modified, from_rfc3339("2026-11-26T07:16:10Z"));
  EXPECT_EQ(facts->unique, "fe00-a721a8");
  EXPECT_EQ(facts->mode, 0644U);
  EXPECT_EQ(facts->name, "/d/a b");
}

TEST(Listing, a_line_of_a_listing_names_folders_and_the_folder_itself) {
  EXPECT_EQ(facts_of_line("type=dir;size=4096; sub")->type, EntryType::folder);
  EXPECT_EQ(facts_of_line("Type=cdir; .")->type, EntryType::this_folder);
  EXPECT_EQ(facts_of_line("Type=pdir; ..")->type, EntryType::parent_folder);
  EXPECT_EQ(facts_of_line("Type=OS.unix=slink:/x; l")->type, EntryType::other);
  EXPECT_EQ(facts_of_line(" name alone")->name, "name alone");
}

TEST(Listing, a_symbolic_link_is_told_whether_the_server_follows_it_or_not) {
  const auto followed = facts_of_line("Type=dir;Size=1;UNIX.slink=/d/sub; l");
  EXPECT_EQ(followed->type, EntryType::folder);
  EXPECT_TRUE(followed->is_link);
  const auto alone = facts_of_line("type=OS.unix=symlink; l");
  EXPECT_EQ(alone->type, EntryType::other);
  EXPECT_TRUE(alone->is_link);
  EXPECT_FALSE(facts_of_line("Type=file; l")->is_link);
}

// proftpd's MLST, and with "ShowSymlinks off" its MLSD.
TEST(Listing, a_folder_with_the_permissions_of_a_file_is_a_link_to_one) {
  const auto link = facts_of_line("perm=adfrw;size=3;type=dir;unique=FE00U1;UNIX.mode=0777; l");
  EXPECT_EQ(link->type, EntryType::folder);
  EXPECT_TRUE(link->is_link);
  for (const char* folder : {"perm=flcdmpe;type=dir; d", "Type=dir;Perm=cfmpel; d", "Type=dir; d",
                             "type=cdir;perm=adfrw; ."}) {
    EXPECT_FALSE(facts_of_line(folder)->is_link) << folder;
  }
}

TEST(Listing, the_entries_of_a_piece_are_its_lines_with_a_blank) {
  const auto facts =
      mlsc_facts({250, {"Contents of /d", " Type=file;  a", " Type=dir; b", "End."}});
  ASSERT_TRUE(facts);
  ASSERT_EQ(facts->size(), 2U);
  EXPECT_EQ(facts->front().name, " a");
  EXPECT_FALSE(mlsc_facts({250, {"Contents of /d", " no facts", "End."}}));
}

TEST(Listing, lines_of_mlsd_end_with_crlf_alone_wherever_they_are_cut) {
  const std::string bytes = "Type=file; a\nb\r\nType=file; c\xFF\r\r\n";
  for (std::size_t step = 1; step <= bytes.size(); ++step) {
    ListingLines lines;
    std::vector<std::string> got;
    for (std::size_t at = 0; at < bytes.size(); at += step) {
      lines.feed(std::string_view(bytes).substr(at, step));
      for (auto line = lines.next(); line && *line; line = lines.next()) got.push_back(**line);
    }
    EXPECT_EQ(got, (std::vector<std::string>{"Type=file; a\nb", "Type=file; c\xFF\r"})) << step;
    EXPECT_TRUE(lines.is_between_lines());
  }
}

TEST(Listing, a_line_of_mlsd_longer_than_the_limit_is_a_fault) {
  ListingLines lines;
  lines.feed(std::string(reply_line_max, 'x'));
  EXPECT_TRUE(lines.next());
  lines.feed("\r");
  EXPECT_TRUE(lines.next()) << "its end may be cut too";
  lines.feed("x");
  EXPECT_FALSE(lines.next());
}

TEST(Listing, a_name_keeps_its_blanks_semicolons_and_bytes) {
  EXPECT_EQ(facts_of_line("Type=file;  a;b=c; \xFF")->name, " a;b=c; \xFF");
}

TEST(Listing, a_malformed_line_is_a_fault) {
  for (const char* line : {"", " ", "Type=file;", "Type=file", "Type; x", "=file; x", "Type=file;x",
                           "Size=-1; x", "Size=18446744073709551616; x", "Size=; x"}) {
    const auto facts = facts_of_line(line);
    ASSERT_FALSE(facts) << line;
    EXPECT_EQ(facts.error().code, FaultCode::protocol_broken);
  }
}

TEST(Listing, a_time_that_cannot_be_is_as_good_as_none) {
  for (const char* time : {"2026", "20260230000000", "yesterday", ""}) {
    const auto facts = facts_of_line("Size=3;Modify=" + std::string(time) + ";Type=file; x");
    ASSERT_TRUE(facts) << time;
    EXPECT_EQ(facts->modify, "");
    EXPECT_FALSE(facts->modified);
    EXPECT_EQ(facts->size, 3U);
  }
}

TEST(Listing, more_facts_than_the_limit_are_refused) {
  std::string line;
  for (std::size_t i = 0; i < facts_max; ++i) line += "x=y;";
  EXPECT_TRUE(facts_of_line(line + " n"));
  EXPECT_FALSE(facts_of_line(line + "x=y; n"));
}

TEST(Listing, an_mlst_reply_of_another_shape_is_a_fault) {
  EXPECT_FALSE(mlst_facts({250, {"Type=file; /a"}}));
  EXPECT_FALSE(mlst_facts({250, {"x", "Type=file; /a", "End"}}));
  EXPECT_FALSE(mlst_facts({250, {"x", " Type=file; /a", " Type=file; /b", "End"}}));
  EXPECT_FALSE(mlst_facts({550, file.lines}));
}

TEST(Listing, size_is_one_number) {
  EXPECT_EQ(size_of({213, {"6"}}), 6U);
  EXPECT_FALSE(size_of({213, {"6 bytes"}}));
  EXPECT_FALSE(size_of({213, {"-6"}}));
  EXPECT_FALSE(size_of({213, {""}}));
  EXPECT_FALSE(size_of({550, {"6"}}));
}

TEST(Listing, mdtm_is_a_time_in_utc) {
  EXPECT_EQ(mdtm_of({213, {"20261126071610.25"}}), *from_rfc3339("2026-11-26T07:16:10.250Z"));
  for (const char* text : {"20261326071610", "20260230000000", "20261126240000", "2026112607161",
                           "20261126071610.", "20261126071610x5", "+0261126071610"}) {
    EXPECT_FALSE(mdtm_of({213, {text}})) << text;
  }
}

}  // namespace
}  // namespace rft::ftp
