#include "api/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>

#include "api/requests.h"
#include "api/schema.h"

namespace rft::api {
namespace {

namespace json = boost::json;

Fault a_fault() {
  return {FaultCode::cut, Side::source, Doing::move, "426 closed", "by the peer"};
}

Found active() {
  Found found;
  found.transfer.request.handle = "h1";
  found.transfer.request.owner = "uid:1000";
  found.transfer.request.source = *parse_url("gsiftp://a.example/f");
  found.transfer.request.destination = *parse_url("gsiftp://b.example/f");
  File& file = found.transfer.file;
  file.status = Status::active;
  file.source_facts = FileFacts{1000, "20260101000000", "u"};
  file.part.confirmed.add({0, 100});
  file.bytes_sent = 150;
  file.epoch_sent = 50;
  file.committed_at = wall_time(0);
  return found;
}

// Every field that must be there is there, every field that is there is known and of its type.
void expect_fits(const json::object& object, std::string_view name) {
  const Schema& shape = schema(name);
  for (const Field& field : shape.fields) {
    if (field.presence != Presence::optional) {
      EXPECT_TRUE(object.contains(field.name)) << name << "." << field.name;
    }
  }
  json::object present;
  for (const auto& [key, value] : object) {
    const std::string_view own(key.data(), key.size());
    const auto field = std::find_if(shape.fields.begin(), shape.fields.end(),
                                    [&own](const Field& one) { return one.name == own; });
    ASSERT_NE(field, shape.fields.end()) << name << "." << own << " is not in the schema";
    if (value.is_null()) {
      EXPECT_EQ(field->presence, Presence::nullable) << name << "." << own;
      continue;
    }
    if (!field->of.empty() && value.is_object()) expect_fits(value.as_object(), field->of);
    if (!field->of.empty() && value.is_array()) {
      for (const auto& one : value.as_array()) expect_fits(one.as_object(), field->of);
    }
    present[key] = value;
  }
  Schema loose = shape;
  for (Field& field : loose.fields) field.presence = Presence::optional;
  // As it is read again: a number that is never negative is of one type then.
  const auto good = check(json::parse(json::serialize(present)).as_object(), loose);
  EXPECT_TRUE(good) << name << ": " << good.error().detail;
}

TEST(Render, each_answer_fits_its_schema) {
  Found found = active();
  expect_fits(render_record(found), "Record");
  expect_fits(render_status(found), "Status");
  found.live = Live{500, 700, 10, 4, Doing::move};
  File& file = found.transfer.file;
  file.fault = a_fault();
  file.checksum = Checksum{"MD5", "00"};
  file.verdict = Verdict::verified;
  file.not_before = file.started_at = file.finished_at = wall_time(1);
  found.transfer.request.options.finish_by = wall_time(2);
  found.transfer.request.options.label = "x";
  expect_fits(render_record(found), "Record");
  expect_fits(render_page({found}, "next"), "RecordPage");
  file.kind = Kind::tree;
  file.tally = {5, 2, 1, 1, 100, 50};
  found.listing = true;
  expect_fits(render_record(found), "Record");
  expect_fits(render_status(found), "Status");
  expect_fits(render(Yes{"h", Status::active, true, true, 7}), "Answer");
  expect_fits(render_refusal("h", {Code::busy, "x"}), "BatchAnswer");
  Yes added;
  added.added = 2;
  expect_fits(render_chunk(3, added), "FilesAnswer");
  expect_fits(render_chunk(3, fail(Code::wrong_state, "x")), "FilesAnswer");
  expect_fits(render_chunk(3, tl::unexpected(Error{Code::destination_twice, "x", 2})),
              "FilesAnswer");
  expect_fits(render_refused_line(2, {Code::invalid_url, "x"}), "FilesAnswer");
  FileEntry known{{},   {},       FileStatus::failed, 7, Checksum{"MD5", "00"}, Verdict::verified,
                  true, a_fault()};
  expect_fits(render(FilePage{{known, FileEntry{}}, FileCursor{1, 2}}), "FilePage");
  expect_fits(render(FilePage{}), "FilePage");
  expect_fits(render("h", Why{Status::committed, Hold::turn, "s", wall_time(1), 3, a_fault()}),
              "Why");
  Event event;
  event.fault = a_fault();
  Attempt attempt;
  attempt.ended_at = wall_time(1);
  expect_fits(render(History{{event, Event{}}, {attempt, Attempt{}}}), "History");
  CredentialFacts facts;
  expect_fits(render(facts), "Credential");
  facts.endpoint = Endpoint{Scheme::ftp, "h", 21};
  facts.not_after = wall_time(1);
  expect_fits(render(facts), "Credential");
  expect_fits(render({{Endpoint{}, Endpoint{}, 1, 2, 3}},
                     {{Endpoint{}, true, wall_time(1), wall_time(2), a_fault()}}),
              "Links");
}

TEST(Render, bytes_resent_is_what_was_sent_beyond_what_is_confirmed_and_never_below_zero) {
  Found found = active();
  EXPECT_EQ(render_record(found).at("bytes_resent"), 100);
  found.transfer.file.part.confirmed.add({0, 500});
  EXPECT_EQ(render_record(found).at("bytes_resent"), 0);
}

TEST(Render, live_figures_go_before_stored_ones_while_it_is_active) {
  Found found = active();
  found.live = Live{400, 700, 100, 4, Doing::move};
  const json::object status = render_status(found);
  EXPECT_EQ(status.at("bytes_confirmed"), 400);
  EXPECT_EQ(status.at("bytes_sent"), 700);
  EXPECT_EQ(status.at("eta"), 6);
  EXPECT_EQ(status.at("doing"), "move");
}

TEST(Render, there_is_no_eta_without_a_rate_or_a_size) {
  Found found = active();
  EXPECT_TRUE(render_status(found).at("eta").is_null());
  found.live = Live{400, 700, 100, 4, Doing::move};
  found.transfer.file.source_facts.reset();
  EXPECT_TRUE(render_status(found).at("eta").is_null());
  EXPECT_TRUE(render_status(found).at("size").is_null());
}

TEST(Render, an_eta_says_where_it_is_only_the_least) {
  Found found = active();
  found.transfer.file.kind = Kind::tree;
  found.transfer.file.source_facts.reset();
  found.transfer.file.tally = {5, 2, 0, 0, 1000, 300};
  found.live = Live{400, 700, 100, 4, Doing::move};
  EXPECT_EQ(render_status(found).at("size"), 1000);
  EXPECT_EQ(render_status(found).at("eta"), 6);
  EXPECT_FALSE(render_status(found).at("eta_is_least").as_bool());
  found.listing = true;
  EXPECT_EQ(render_status(found).at("eta"), 6);
  EXPECT_TRUE(render_status(found).at("eta_is_least").as_bool());
  found.listing = false;
  found.transfer.file.tally.unsized = 1;
  EXPECT_TRUE(render_status(found).at("eta_is_least").as_bool());
}

TEST(Render, bytes_that_failed_or_are_skipped_take_no_time_any_more) {
  Found found = active();
  found.transfer.file.kind = Kind::tree;
  found.transfer.file.tally = {5, 2, 1, 1, 1000, 300};
  found.transfer.file.tally.bytes_failed = 150;
  found.transfer.file.tally.bytes_skipped = 250;
  found.live = Live{400, 700, 100, 4, Doing::move};
  EXPECT_EQ(render_status(found).at("eta"), 2);
}

TEST(Render, of_many_files_those_that_a_mover_has_are_told_from_those_that_wait) {
  Found found = active();
  found.transfer.file.kind = Kind::list;
  found.transfer.file.tally = {9, 2, 1, 1, 1000, 300};
  found.transfer.file.tally.bytes_failed = 100;
  found.transfer.file.tally.bytes_skipped = 200;
  found.live = Live{};
  found.live->files_active = 4;
  found.live->bytes_active = 250;
  const json::value files = render_status(found).at("files");
  EXPECT_EQ(files.at("active"), 4);
  EXPECT_EQ(files.at("waiting"), 1);
  EXPECT_EQ(files.at("bytes_active"), 250);
  EXPECT_EQ(files.at("bytes_waiting"), 150);
  EXPECT_EQ(files.at("bytes_failed"), 100);
  EXPECT_EQ(files.at("bytes_skipped"), 200);
}

TEST(Render, what_is_done_stands_there_whole) {
  Found found = active();
  found.transfer.file.status = Status::done;
  found.transfer.file.size = 1000;
  found.transfer.file.part = {};
  const json::object record = render_record(found);
  EXPECT_EQ(record.at("bytes_confirmed"), 1000);
  EXPECT_EQ(record.at("size"), 1000);
}

TEST(Render, a_verdict_without_a_checksum_is_told) {
  Found found = active();
  EXPECT_TRUE(render_record(found).at("checksum").is_null());
  found.transfer.file.verdict = Verdict::size_only;
  const json::value checksum = render_record(found).at("checksum");
  EXPECT_EQ(checksum.at("verdict"), "size_only");
  EXPECT_TRUE(checksum.at("algorithm").is_null());
}

// Options that were asked for, as a record tells them.
std::string told(const std::string& kind, const std::string& options) {
  const auto submit = submit_from(
      R"({"source":"gsiftp://a.example/f","destination":"gsiftp://b.example/f","kind":")" + kind +
      R"(","options":)" + options + "}");
  if (!submit) return submit.error().detail;
  Found found = active();
  found.transfer.request.options = submit->options;
  return json::serialize(render_record(found).at("options"));
}

TEST(Render, options_are_told_in_the_form_in_which_they_are_asked_for) {
  const std::string of_a_file =
      R"({"existing":"overwrite","checksum":"MD5:00112233445566778899aabbccddeeff",)"
      R"("publish":"in_place","data_channel":"private","resume":"strict",)"
      R"("finish_by":"2030-01-01T00:00:00.000Z","max_tries":3,"label":"l","streams_max":8,)"
      R"("parents":"fail","source_credential":"00000000-0000-7000-8000-000000000001"})";
  EXPECT_EQ(told("file", of_a_file), of_a_file);
  const std::string of_a_tree =
      R"({"sync":"size","preserve":["mode","times"],"links":"skip","skip_errors":true,"include":["*.root","a b"],"exclude":["tmp/**"]})";
  EXPECT_EQ(told("tree", of_a_tree), of_a_tree);
}

TEST(Render, an_event_is_one_block_of_the_stream) {
  Event event;
  event.seq = 7;
  event.handle = "h1";
  event.what = "held";
  event.why = "a\nb";
  const std::string text = render_sse(event);
  EXPECT_THAT(text, testing::StartsWith("id: 7\nevent: held\ndata: {"));
  EXPECT_THAT(text, testing::HasSubstr(R"("handle":"h1")"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
}

}  // namespace
}  // namespace rft::api
