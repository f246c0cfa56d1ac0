// The receipt of a finished request as it goes out: each read of the store becomes some thousand
// lines, and the next read waits until these were taken.
#pragma once
#include <memory>

#include "api/body_stream.h"
#include "api/places.h"
#include "engine/engine.h"
#include "receipt/writer.h"

namespace rft::api {

// Of bundle_items_max files at the most each.
inline constexpr std::uint32_t parts_per_chunk = 4;

// `found` is final. A receipt that cannot come to its end (the request was committed again or
// cleared meanwhile, the store fails) lacks its seal: its last line is then {"code","detail"}.
// `place` is held until the end.
std::shared_ptr<BodyStream> make_receipt(Engine& engine, const Found& found,
                                         receipt::SigningKey key, WallTime now,
                                         Places::Place place);

}  // namespace rft::api
