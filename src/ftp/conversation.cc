#include "ftp/conversation.h"

#include <utility>

namespace rft::ftp {
namespace {

// RFC 2228: PBSZ comes before PROT. GSI takes records of any size up to this.
constexpr std::uint64_t protection_buffer = 1 << 20;

void secure_the_data_channel(std::vector<Step>& steps, const Setup& setup) {
  if (setup.security == DataSecurity::clear) {
    steps.push_back({dcau_none()});
    return;
  }
  if (setup.dcsc_blob) steps.push_back({dcsc(*setup.dcsc_blob)});
  steps.push_back({setup.subject.empty() ? dcau_self() : dcau_subject(setup.subject)});
  steps.push_back({pbsz(protection_buffer)});
  const bool is_private = setup.security == DataSecurity::private_;
  steps.push_back({prot(is_private ? DataProtection::private_ : DataProtection::clear)});
}

void restart(std::vector<Step>& steps, const Leg& leg) {
  if (leg.there.empty()) return;
  if (leg.mode_e) {
    steps.push_back({rest(leg.there)});
    return;
  }
  // In stream mode there is one offset: what stands before the first hole.
  const Range& first = leg.there.ranges().front();
  if (first.begin == 0) steps.push_back({rest(first.end)});
}

}  // namespace

Login anonymous_login() {
  return {user("anonymous"), pass(Secret("rft@"))};
}
Login password_login(std::string_view name, const Secret& password) {
  return {user(name), pass(password)};
}
Login mapped_login() {
  return {user(":globus-mapping:"), pass(Secret("dummy"))};
}

std::vector<Step> session_setup(const Features& features, const Setup& setup) {
  std::vector<Step> steps{{client_info("rft", RFT_VERSION), false}, {type_image()}};
  if (setup.mode_e) {
    steps.push_back({mode_extended()});
    steps.push_back({trev_restart(setup.marker_seconds), false});
    steps.push_back({trev_performance(setup.marker_seconds), false});
  } else if (features.mode_e) {
    // The session may have served a transfer in the other mode.
    steps.push_back({mode_stream()});
    steps.push_back({opts_retr_markers(setup.marker_seconds), false});
  }
  if (setup.gsi) secure_the_data_channel(steps, setup);
  if (setup.buffer_bytes != 0) steps.push_back({sbuf(setup.buffer_bytes), false});
  return steps;
}

std::vector<Step> checksum_setup(const Features& features, unsigned marker_seconds) {
  for (const ChecksumOffer& offer : features.checksums) {
    if (offer.way == ChecksumWay::cksm) return {{opts_cksm_markers(marker_seconds), false}};
  }
  return {};
}

Command listen(bool ipv6) {
  return ipv6 ? epsv() : pasv();
}

std::vector<Step> receive_file(const Leg& leg) {
  std::vector<Step> steps;
  if (leg.size != 0) steps.push_back({allo(leg.size), false});
  restart(steps, leg);
  steps.push_back({stor(leg.path)});
  return steps;
}

std::vector<Step> send_file(const Leg& leg, const DataAddress& receiver) {
  std::vector<Step> steps;
  if (!leg.channel_is_open) {
    if (leg.mode_e) steps.push_back({opts_retr_parallelism(leg.streams)});
    steps.push_back({port(receiver)});
  }
  restart(steps, leg);
  steps.push_back({retr(leg.path)});
  return steps;
}

}  // namespace rft::ftp
