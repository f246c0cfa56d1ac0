// What became of one file of a request, in the words of the API.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/words.h"

namespace rft::api {

enum class FileStatus : std::uint8_t {
  waiting,
  active,  // a mover has it
  done,
  failed,
  skipped,
  would_move,    // by a plan
  deleted,       // by delete_extra
  would_delete,  // by a plan with delete_extra
};
inline constexpr std::array<std::string_view, 8> file_status_words{
    "waiting", "active", "done", "failed", "skipped", "would_move", "deleted", "would_delete"};

inline std::string_view word(FileStatus status) {
  return word_of(status, file_status_words);
}
inline std::optional<FileStatus> file_status_of(std::string_view word) {
  return enumerator_of<FileStatus>(word, file_status_words);
}

}  // namespace rft::api
