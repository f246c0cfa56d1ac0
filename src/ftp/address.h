// Addresses of data channels: what servers announce, how we pass it on, and whether we may.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/fault.h"
#include "base/result.h"
#include "ftp/command.h"
#include "ftp/reply.h"

namespace rft::ftp {

inline constexpr std::size_t stripes_max = 256;
inline constexpr std::uint16_t data_port_min = 1024;

struct DataAddress {
  std::string host;  // numeric, IPv6 without brackets; empty: the host of the control channel
  std::uint16_t port = 0;
  std::string text() const;  // 192.0.2.1:5000, [2001:db8::1]:5000
  bool operator==(const DataAddress&) const = default;
};

// protocol_broken where the reply names no address.
Result<DataAddress, Fault> pasv_address(const Reply& reply);                 // 227
Result<DataAddress, Fault> epsv_address(const Reply& reply);                 // 229 (RFC 2428)
Result<std::vector<DataAddress>, Fault> spas_addresses(const Reply& reply);  // 229 (GFD.20)

enum class AddressRule : std::uint8_t {
  own_network,  // any address that is not special: storage may have data interfaces of its own
  same_host,    // the control peer's address and no other
};

// The address to hand to the other server, or forbidden_address: a server must not aim its peer at
// a host of its choice. `peer` is the numeric address at the far end of the control channel.
// An absent or unspecified host becomes the peer's. Loopback, link-local, multicast and reserved
// addresses are refused unless the peer itself is of that class (loopback, link-local) or equal;
// ports below data_port_min always are.
Result<DataAddress, Fault> judge_address(const DataAddress& announced, std::string_view peer,
                                         AddressRule rule = AddressRule::own_network);

// PORT for IPv4, EPRT for IPv6; of an address that judge_address() let pass.
Command port(const DataAddress& address);
Command spor(const std::vector<DataAddress>& addresses);

}  // namespace rft::ftp
