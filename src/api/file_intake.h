// More files for a list: lines go in, and are added in chunks that are durable before they are
// answered. Any number of lines; what is in memory is bounded.
#pragma once
#include <string>

#include "api/batch.h"
#include "api/places.h"
#include "engine/engine.h"

namespace rft::api {

inline constexpr std::size_t chunk_lines_max = files_per_call_max;
inline constexpr std::size_t chunk_bytes_max = 2 << 20;

// A chunk is answered by {"lines","added","files"}, or with "code" and "detail" where it was
// refused as a whole; a line that is refused alone by {"line","code","detail"}. The cuts go by the
// lines alone, so that under the same `key` the same body gets the same answers. `list` is the
// request that the files are for; `place` is held until the end.
BatchBodies make_file_intake(Engine& engine, Caller caller, Request list, std::string key,
                             Places::Place place);

}  // namespace rft::api
