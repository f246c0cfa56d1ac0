// The functions of the routes under /v1/transfers, and of the event stream.
#pragma once
#include "api/routes.h"

namespace rft::api {

inline constexpr std::uint32_t list_limit_default = 100;
inline constexpr std::uint32_t list_limit_max = 1000;

// `limit` of a page: 1 to list_limit_max.
Result<std::uint32_t> page_limit(const Ask& ask);

void submit_transfer(World& world, Ask ask, Then then);
void submit_batch(World& world, Ask ask, Then then);
void list_transfers(World& world, Ask ask, Then then);
void get_transfer(World& world, Ask ask, Then then);
void get_status(World& world, Ask ask, Then then);
void get_history(World& world, Ask ask, Then then);
void get_why(World& world, Ask ask, Then then);
void commit_transfer(World& world, Ask ask, Then then);
void stop_transfer(World& world, Ask ask, Then then);
void change_priority(World& world, Ask ask, Then then);
void clear_transfer(World& world, Ask ask, Then then);
void stream_events(World& world, Ask ask, Then then);

}  // namespace rft::api
