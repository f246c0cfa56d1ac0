// Features: what a server said to FEAT (RFC 2389), in our words.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ftp/checksum.h"
#include "ftp/reply.h"

namespace rft::ftp {

inline constexpr std::size_t feature_list_max = 64;  // offers and facts kept

struct Features {
  std::vector<ChecksumOffer> checksums;  // each algorithm once, the best way first
  std::vector<std::string> mlst_facts;   // lower case, without the mark of the default ones
  bool mlst = false;
  bool mlsd = false;  // RFC 3659: what offers MLST offers MLSD
  bool mlsr = false;  // recursive listing
  bool mlsc = false;  // listing over the control channel
  bool size = false;
  bool mdtm = false;
  bool mfmt = false;
  bool rest_stream = false;
  bool mode_e = false;  // said, or inferred: PARALLEL, ESTO and SPAS have no meaning without it
  bool parallel = false;
  bool dcau = false;
  bool dcsc = false;
  bool eret = false;
  bool esto = false;
  bool spas = false;
  bool spor = false;
  bool epsv = false;
  bool utf8 = false;
  bool auth_gssapi = false;
  bool pbsz = false;
  bool prot = false;
  bool operator==(const Features&) const = default;
};

// Never fails: lines that are not understood are passed over, and a negative reply is no feature.
Features features_of(const Reply& feat);

// Adds what SITE HELP lists and FEAT does not (EPSV, TREV's MODE E).
void add_site_help(Features& features, const Reply& site_help);

}  // namespace rft::ftp
