#include "daemon/service_key.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "daemon/small_file.h"

namespace rft {
namespace {

// No owner of a credential has this name, nor has a credential the id of zeros.
const vault::SealedFor the_service{"service", {}};

}  // namespace

Result<receipt::SigningKey> ServiceKey::get() {
  if (key_) return *key_;
  auto key = read();
  if (key) key_ = *key;
  return key;
}

Result<receipt::SigningKey> ServiceKey::read() const {
  const auto sealed = read_small_file(file_);
  if (!sealed) return tl::unexpected(sealed.error());
  if (!*sealed) return make();
  auto seed = vault_.open(**sealed, the_service);
  if (!seed) {
    return fail(Code::bad_state,
                fmt::format("'{}' does not open: it is damaged, or the vault's key is another one; "
                            "restore both from one backup, or remove it to have a new key made",
                            file_));
  }
  return receipt::SigningKey::from_seed(std::move(*seed));
}

Result<receipt::SigningKey> ServiceKey::make() const {
  auto key = receipt::SigningKey::generate();
  if (!key) return key;
  const auto sealed = vault_.seal(key->seed(), the_service);
  if (!sealed) return tl::unexpected(sealed.error());
  if (auto kept = replace_small_file(file_, *sealed); !kept) return tl::unexpected(kept.error());
  spdlog::info("a key to sign receipts was made: {}", key->public_key().fingerprint());
  return key;
}

}  // namespace rft
