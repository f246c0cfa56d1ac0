// Requests over REST. The first byte chooses what the rest is: a target or one of the bodies.
#include "api/requests.h"
#include "api/target.h"
#include "fuzz.h"

namespace rft::api {
namespace {

void refusal_is_sound(const Error& error) {
  fuzz::must(!error.detail.empty(), "a refusal says why");
  fuzz::must(error.detail.size() < 4096, "a refusal is short, however long what it refuses is");
  fuzz::must(error.detail.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos,
             "a refusal is one line");
}

void submission(std::string_view body) {
  const auto submit = submit_from(body);
  if (!submit) return refusal_is_sound(submit.error());
  for (const Url& url : {submit->source, submit->destination}) {
    fuzz::must(url_of_text(url.text()) == url, "what is accepted survives the store");
  }
  const auto checked = checked_submit(*submit);
  if (!checked) refusal_is_sound(checked.error());
}

void line_of_a_list(std::string_view body) {
  static const Url source = *parse_folder_url("ftp://a/s");
  static const Url destination = *parse_folder_url("gsiftp://b/d");
  const auto file = file_line_from(body).and_then(
      [](const FileLine& line) { return checked_file(line, source, destination); });
  if (!file) return refusal_is_sound(file.error());
  for (const Url& url : {file->source, file->destination}) {
    fuzz::must(parse_url(url.text()) == url, "what is accepted survives the store");
  }
}

void credential(std::string_view body) {
  std::string text(body);
  const auto credential = credential_from(text);
  fuzz::must(text.find_first_not_of('\0') == std::string::npos, "the body is wiped (P12)");
  if (!credential) refusal_is_sound(credential.error());
}

template <class Answer>
void refused_soundly(const Answer& answer) {
  if (!answer) refusal_is_sound(answer.error());
}

}  // namespace
}  // namespace rft::api

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace rft::api;
  if (size == 0) return 0;
  const std::string_view text = rft::fuzz::text_of(data + 1, size - 1);
  switch (data[0] % 6) {
    case 0:
      submission(text);
      line_of_a_list(text);
      break;
    case 1:
      refused_soundly(priority_from("h", text));
      break;
    case 2:
      credential(text);
      break;
    case 3:
      refused_soundly(nothing_from(text));
      break;
    case 4:
      refused_soundly(checked_key(text));
      break;
    default:
      refused_soundly(parse_target(text));
  }
  return 0;
}
