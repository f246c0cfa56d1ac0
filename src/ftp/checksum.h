// Checksums that a server computes: which ones, by which command, and how it answers.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/result.h"
#include "ftp/command.h"
#include "ftp/reply.h"

namespace rft::ftp {

// The better way first: what follows XMD5 is split at spaces by some servers (proftpd).
enum class ChecksumWay : std::uint8_t {
  cksm,  // CKSM ADLER32 0 -1 path (GridFTP)
  hash,  // OPTS HASH SHA-256, then HASH path (draft-bryan-ftp-hash)
  x,     // XMD5 path, XSHA256 path
};

struct ChecksumOffer {
  std::string algorithm;  // our name for it: "ADLER32", "MD5", "SHA1", "SHA256"
  ChecksumWay way = ChecksumWay::cksm;
  std::string word;      // the server's: "SHA-256" for HASH, "XSHA" for x
  int preference = 100;  // the server's, smaller is better
  bool operator==(const ChecksumOffer&) const = default;
};

// "sha-256" -> "SHA256".
std::string algorithm_name(std::string_view text);

// ADLER32, MD5, SHA256, SHA1, then any other common one by name (design 5.6). With a wish: that or
// nothing.
std::optional<std::string> common_checksum(const std::vector<ChecksumOffer>& a,
                                           const std::vector<ChecksumOffer>& b,
                                           std::optional<std::string_view> wish = std::nullopt);

// How this server computes it; nothing where it does not.
const ChecksumOffer* offer_of(const std::vector<ChecksumOffer>& offers, std::string_view algorithm);

// One or two commands; the reply to the last holds the checksum.
std::vector<Command> checksum_commands(const ChecksumOffer& offer, std::string_view path);

// Lower-case hex, padded to the algorithm's width, from a positive reply; protocol_broken where it
// holds none.
Result<std::string, Fault> checksum_value(const ChecksumOffer& offer, const Reply& reply);

// The same normal form for a value that a person gave; nothing where it is no checksum of that
// kind.
std::optional<std::string> normal_checksum(std::string_view algorithm, std::string_view hex);

}  // namespace rft::ftp
