#include "wire/options.h"

#include "wire/message.h"
#include "wire/words.h"

namespace rft {

std::string_view word(Existing value) {
  return word_of(value, existing_words);
}
std::string_view word(Verify value) {
  return word_of(value, verify_words);
}
std::string_view word(Publish value) {
  return word_of(value, publish_words);
}
std::string_view word(DataChannel value) {
  return word_of(value, data_channel_words);
}
std::string_view word(Resume value) {
  return word_of(value, resume_words);
}
std::string_view word(Parents value) {
  return word_of(value, parents_words);
}
std::string_view word(Verdict value) {
  return word_of(value, verdict_words);
}
std::string_view word(Sync value) {
  return word_of(value, sync_words);
}
std::string_view word(Links value) {
  return word_of(value, links_words);
}
std::string_view word(Act value) {
  return word_of(value, act_words);
}
std::string_view word(Fate value) {
  return word_of(value, fate_words);
}
std::string_view word(FlowEnd value) {
  return word_of(value, flow_end_words);
}

}  // namespace rft
