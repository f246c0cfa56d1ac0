#include "ftp/address.h"

#include <fmt/format.h>

#include <array>
#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>
#include <optional>
#include <variant>

#include "base/text.h"
#include "ftp/fault_of.h"

namespace rft::ftp {
namespace {

using Ipv4 = boost::urls::ipv4_address;
using Ipv6 = boost::urls::ipv6_address;
using Ip = std::variant<Ipv4, Ipv6>;

enum class AddressClass : std::uint8_t { unspecified, loopback, link_local, special, ordinary };

// An IPv6 address that stands for an IPv4 one is that one: it must not pass by its costume.
std::optional<Ip> parse_ip(std::string_view text) {
  if (const auto v4 = boost::urls::parse_ipv4_address({text.data(), text.size()})) return Ip(*v4);
  const auto v6 = boost::urls::parse_ipv6_address({text.data(), text.size()});
  if (!v6) return std::nullopt;
  if (!v6->is_v4_mapped()) return Ip(*v6);
  const Ipv6::bytes_type bytes = v6->to_bytes();
  return Ip(Ipv4(Ipv4::bytes_type{bytes[12], bytes[13], bytes[14], bytes[15]}));
}

AddressClass class_of(const Ipv4& ip) {
  const Ipv4::bytes_type bytes = ip.to_bytes();
  if (ip.is_unspecified()) return AddressClass::unspecified;
  if (bytes[0] == 127) return AddressClass::loopback;
  if (bytes[0] == 169 && bytes[1] == 254) return AddressClass::link_local;
  if (bytes[0] == 0 || bytes[0] >= 224) return AddressClass::special;
  return AddressClass::ordinary;
}

AddressClass class_of(const Ipv6& ip) {
  const Ipv6::bytes_type bytes = ip.to_bytes();
  if (ip.is_unspecified()) return AddressClass::unspecified;
  if (ip.is_loopback()) return AddressClass::loopback;
  if (bytes[0] == 0xFE && (bytes[1] & 0xC0) == 0x80) return AddressClass::link_local;
  // Multicast, and the old forms that hold an IPv4 address: ::a.b.c.d, 64:ff9b::, 2002::.
  const bool holds_v4 = (bytes[0] == 0 && bytes[1] == 0) ||
                        (bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == 0xFF) ||
                        (bytes[0] == 0x20 && bytes[1] == 0x02);
  if (bytes[0] == 0xFF || holds_v4) return AddressClass::special;
  return AddressClass::ordinary;
}

AddressClass class_of(const Ip& ip) {
  return std::visit([](const auto& address) { return class_of(address); }, ip);
}

std::string text_of(const Ip& ip) {
  return std::visit([](const auto& address) { return std::string(address.to_string()); }, ip);
}

tl::unexpected<Fault> no_address(const Reply& reply) {
  return fault_of(FaultCode::protocol_broken, "the reply names no data address", reply.text());
}

tl::unexpected<Fault> forbidden(const DataAddress& announced, std::string_view why) {
  return fault_of(FaultCode::forbidden_address,
                  fmt::format("{} {}", printable(announced.text(), 100), why));
}

std::optional<std::uint16_t> parse_port(std::string_view digits) {
  const std::optional<std::uint64_t> port = parse_number(digits);
  if (!port || *port == 0 || *port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

// "127,0,0,1,160,75" at the start of the text; what follows the sixth number does not matter.
std::optional<DataAddress> six_numbers(std::string_view text) {
  std::array<unsigned, 6> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::size_t length = std::min(text.find_first_not_of("0123456789"), text.size());
    const std::optional<std::uint64_t> number = parse_number(text.substr(0, length));
    if (!number || *number > 255) return std::nullopt;
    numbers[i] = static_cast<unsigned>(*number);
    text.remove_prefix(length);
    if (i + 1 == numbers.size()) break;
    if (!text.starts_with(',')) return std::nullopt;
    text.remove_prefix(1);
  }
  const unsigned port = numbers[4] * 256 + numbers[5];
  if (port == 0) return std::nullopt;
  return DataAddress{fmt::format("{}.{}.{}.{}", numbers[0], numbers[1], numbers[2], numbers[3]),
                     static_cast<std::uint16_t>(port)};
}

// "|||5000|", "|2|::1|5000|": the delimiter is whatever stands first (RFC 2428 section 2).
std::optional<DataAddress> delimited(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const char delimiter = text.front();
  std::array<std::string_view, 3> fields;  // network protocol, address, port
  for (std::string_view& field : fields) {
    text.remove_prefix(1);
    const std::size_t end = text.find(delimiter);
    if (end == std::string_view::npos) return std::nullopt;
    field = text.substr(0, end);
    text.remove_prefix(end);
  }
  const std::optional<std::uint16_t> port = parse_port(fields[2]);
  if (!port) return std::nullopt;
  if (fields[1].empty()) return DataAddress{"", *port};
  const std::optional<Ip> ip = parse_ip(fields[1]);
  if (!ip) return std::nullopt;
  return DataAddress{text_of(*ip), *port};
}

std::string comma_form(const Ipv4& ip, std::uint16_t port) {
  const Ipv4::bytes_type bytes = ip.to_bytes();
  return fmt::format("{},{},{},{},{},{}", bytes[0], bytes[1], bytes[2], bytes[3], port / 256,
                     port % 256);
}

}  // namespace

std::string DataAddress::text() const {
  if (host.find(':') != std::string::npos) return fmt::format("[{}]:{}", host, port);
  return fmt::format("{}:{}", host, port);
}

// The numbers stand in brackets, or (RFC 1123 section 4.1.2.6) wherever the first digit is.
Result<DataAddress, Fault> pasv_address(const Reply& reply) {
  if (reply.code != 227 || reply.lines.empty()) return no_address(reply);
  const std::string_view line = reply.lines.front();
  const std::size_t start = line.find_first_of("0123456789");
  if (start == std::string_view::npos) return no_address(reply);
  const std::optional<DataAddress> address = six_numbers(line.substr(start));
  if (!address) return no_address(reply);
  return *address;
}

Result<DataAddress, Fault> epsv_address(const Reply& reply) {
  if (reply.code != 229 || reply.lines.empty()) return no_address(reply);
  const std::string_view line = reply.lines.front();
  const std::size_t bracket = line.find('(');
  if (bracket == std::string_view::npos) return no_address(reply);
  const std::optional<DataAddress> address = delimited(line.substr(bracket + 1));
  if (!address) return no_address(reply);
  return *address;
}

Result<std::vector<DataAddress>, Fault> spas_addresses(const Reply& reply) {
  if (reply.code != 229) return no_address(reply);
  std::vector<DataAddress> addresses;
  for (const std::string& line : reply.lines) {
    const std::size_t start = line.find_first_not_of(' ');
    if (start == 0 || start == std::string::npos) continue;  // the first and the last line
    const std::string_view text = std::string_view(line).substr(start);
    const std::optional<DataAddress> address =
        text.front() == '|' ? delimited(text) : six_numbers(text);
    if (!address || addresses.size() == stripes_max) return no_address(reply);
    addresses.push_back(*address);
  }
  if (addresses.empty()) return no_address(reply);
  return addresses;
}

Result<DataAddress, Fault> judge_address(const DataAddress& announced, std::string_view peer,
                                         AddressRule rule) {
  const std::optional<Ip> control = parse_ip(peer);
  if (!control) {
    return fault_of(FaultCode::internal, "the control channel's peer is not a numeric address");
  }
  if (announced.port < data_port_min) return forbidden(announced, "is a reserved port");
  const DataAddress at_the_peer{text_of(*control), announced.port};
  if (announced.host.empty()) return at_the_peer;
  const std::optional<Ip> ip = parse_ip(announced.host);
  if (!ip) return forbidden(announced, "is no numeric address");
  const AddressClass kind = class_of(*ip);
  if (*ip == *control || kind == AddressClass::unspecified) return at_the_peer;
  if (rule == AddressRule::same_host) return forbidden(announced, "is not the server's address");
  if (kind == AddressClass::special) return forbidden(announced, "is multicast or reserved");
  if (kind != AddressClass::ordinary && kind != class_of(*control)) {
    return forbidden(announced, "means something only on the server's own machine or link");
  }
  return DataAddress{text_of(*ip), announced.port};
}

Command port(const DataAddress& address) {
  const std::optional<Ip> ip = parse_ip(address.host);
  if (ip && std::holds_alternative<Ipv4>(*ip)) {
    return {"PORT", comma_form(std::get<Ipv4>(*ip), address.port)};
  }
  return {"EPRT", fmt::format("|2|{}|{}|", address.host, address.port)};
}

Command spor(const std::vector<DataAddress>& addresses) {
  std::string list;
  for (const DataAddress& address : addresses) {
    if (!list.empty()) list += ' ';
    const std::optional<Ip> ip = parse_ip(address.host);
    list += ip && std::holds_alternative<Ipv4>(*ip)
                ? comma_form(std::get<Ipv4>(*ip), address.port)
                : fmt::format("|2|{}|{}|", address.host, address.port);
  }
  return {"SPOR", list};
}

}  // namespace rft::ftp
