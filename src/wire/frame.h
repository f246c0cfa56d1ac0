// The wire between rftd and a mover: frames of u32 length (big-endian) and JSON of at most 1 MiB.
// Hello, drain and last words keep their form for ever; of the rest version N understands N and
// N-1: unknown members are passed over, missing ones have their default.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/secret.h"
#include "wire/message.h"

namespace rft {

inline constexpr std::uint32_t wire_version = 1;
inline constexpr std::size_t frame_length_max = 1 << 20;

// rftd speaks first after it connected; the mover answers with its own.
struct HelloMover {
  std::uint32_t version = wire_version;
  Uuid instance;  // of the store that rftd serves
  std::string owner;
};
struct HelloDaemon {
  std::uint32_t version = wire_version;
  std::string mover;               // its short id, as in its socket's name
  std::string owner;               // empty: fresh, serves whom rftd names
  std::uint32_t newest_epoch = 0;  // of all it ever heard of: shows a restored database
  std::vector<Task> tasks;         // that it works on or has unacknowledged words of
};
// The mover may work until `length` from the moment it reads this (CLOCK_BOOTTIME).
struct Lease {
  Duration length{0};
};
// Take no new order; exit when all is done and acknowledged.
struct Drain {};
struct CredentialFor {
  Uuid id;
  Secret secret;  // the sealed form of gsi's CredentialSecret, opened
};
struct Acknowledge {
  Task task;
  std::uint64_t seq = 0;
};

using ToMover = std::variant<HelloMover, Lease, Drain, CredentialFor, Acknowledge, Order>;
using ToDaemon = std::variant<HelloDaemon, Word>;

// One frame with its length in front. A CredentialFor's frame holds a secret: wipe it after
// sending.
std::string encode(const ToMover& message);
std::string encode(const ToDaemon& message);
// `body` is a frame without its length.
Result<ToMover> decode_to_mover(std::string_view body);
Result<ToDaemon> decode_to_daemon(std::string_view body);

// Cuts a stream of bytes into frame bodies. A length over frame_length_max is an error for good.
class FrameReader {
 public:
  void feed(std::string_view bytes);
  Result<std::optional<std::string>> next();

 private:
  std::string buffer_;
  std::size_t read_ = 0;  // so many bytes of it were given out
};

// JSON of parts that the store and the API also write.
std::string options_json(const Options& options);
Result<Options> options_from_json(std::string_view json);
// An outbox row's text. An order never holds a secret, only the ids of credentials.
std::string order_json(const Order& order);
Result<Order> order_from_json(std::string_view json);
std::string fault_json(const Fault& fault);
Result<Fault> fault_from_json(std::string_view json);

}  // namespace rft
