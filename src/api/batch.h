// A batch: lines of submissions go in while lines of answers come out, in the same order. Any
// number of lines; what is in memory is bounded.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "api/body_stream.h"
#include "api/places.h"
#include "api/requests.h"
#include "engine/engine.h"

namespace rft::api {

inline constexpr std::size_t batch_lines_at_once = 1000;  // that wait for the engine
inline constexpr std::size_t batch_bytes_at_once = 1 << 20;
// Answers that the client has not read yet. Enough for some 20,000 lines, so that a client that
// reads only after it has sent them all is served; one that sends more must read while it sends.
inline constexpr std::size_t batch_answers_max = 4 << 20;

// The body of the request and that of the response are one object. `key`: the Idempotency-Key,
// empty for none; each line's own key is made from it and the line. `place` is held until the end.
struct BatchBodies {
  std::shared_ptr<BodyStream> answers;
  std::shared_ptr<BodyTaker> lines;
};
BatchBodies make_batch(Engine& engine, Caller caller, std::string key, Places::Place place);

}  // namespace rft::api
