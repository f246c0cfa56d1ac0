// One PKI for the whole test program, on disk as the library wants it: the library takes one folder
// of trusted certificates in its life.
#pragma once
#include <openssl/x509.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "gsi/context.h"
#include "gsi/pki_for_tests.h"

namespace rft::gsi {

inline constexpr Duration day = std::chrono::hours(24);

inline WallTime now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

// Trusts its own CA and, for the live tests, those in the folder RFT_TEST_GSI_CERTIFICATES.
struct World {
  pki::Times year{now() - day, now() + 365 * day};
  pki::Issued ca = pki::make_ca(year);
  pki::Issued stranger_ca = pki::make_ca(year, "Unknown CA");
  std::string host_names =
      "DNS:server.test,IP:192.0.2.7,IP:2001:db8::7,IP:::1,IP:fe80::a:0:0:0:b,"
      "IP:2001:db8:0:1:2:3:4:5";
  pki::Issued host = pki::make_host(ca, "server.test", host_names, year);
  std::string folder;

  World() {
    std::string pattern = (std::filesystem::temp_directory_path() / "rft-gsi-XXXXXX").string();
    folder = mkdtemp(pattern.data());
    if (const char* real = std::getenv("RFT_TEST_GSI_CERTIFICATES"); real != nullptr) {
      std::filesystem::copy(real, folder);
    }
    trust(ca);
    pki::demand(activate(folder).has_value());
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { std::filesystem::remove_all(folder); }

  // The library finds a CA by the hash of its name, and wants to be told what it may sign.
  void trust(const pki::Issued& authority) const {
    char hash[16];
    std::snprintf(hash, sizeof hash, "%08lx", X509_subject_name_hash(authority.certificate.get()));
    std::ofstream(folder + "/" + hash + ".0") << pki::pem_of(authority);
    std::ofstream(folder + "/" + hash + ".signing_policy")
        << "access_id_CA X509 '/O=Grid/CN=Test CA'\npos_rights globus CA:sign\n"
           "cond_subjects globus '\"/O=Grid/*\"'\n";
  }
};

inline World& world() {
  static World the_world;
  return the_world;
}

}  // namespace rft::gsi
