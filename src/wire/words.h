// The words of the wire's and the options' enumerations, in the order of their enumerators.
#pragma once
#include <array>
#include <string_view>

#include "base/words.h"

namespace rft {

inline constexpr std::array<std::string_view, 3> existing_words{"adopt", "overwrite", "fail"};
inline constexpr std::array<std::string_view, 3> verify_words{"checksum", "size_only", "none"};
inline constexpr std::array<std::string_view, 2> publish_words{"rename", "in_place"};
inline constexpr std::array<std::string_view, 3> data_channel_words{"authenticated", "private",
                                                                    "clear"};
inline constexpr std::array<std::string_view, 2> resume_words{"presumed", "strict"};
inline constexpr std::array<std::string_view, 2> parents_words{"create", "fail"};
inline constexpr std::array<std::string_view, 5> sync_words{"always", "missing", "size", "mtime",
                                                            "checksum"};
inline constexpr std::array<std::string_view, 3> links_words{"follow", "skip", "fail"};
inline constexpr std::array<std::string_view, 6> act_words{"move",   "plan",        "check",
                                                           "remove", "plan_remove", "keep_folders"};
inline constexpr std::array<std::string_view, 4> verdict_words{"none", "verified", "size_only",
                                                               "not_verified"};
inline constexpr std::array<std::string_view, 7> fate_words{
    "done", "skipped", "failed", "apart", "would_move", "deleted", "would_delete"};
inline constexpr std::array<std::string_view, 3> flow_end_words{"no_flow", "known", "presumed"};

}  // namespace rft
