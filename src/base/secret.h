// Secret: bytes that are wiped when they go and that no stream, formatter or JSON writer takes.
#pragma once
#include <openssl/crypto.h>

#include <string>
#include <string_view>
#include <utility>

namespace rft {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string bytes) : bytes_(std::move(bytes)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) { other.wipe(); }
  Secret& operator=(const Secret& other) {
    if (this != &other) {
      wipe();
      bytes_ = other.bytes_;
    }
    return *this;
  }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      wipe();
      bytes_ = std::move(other.bytes_);
      other.wipe();
    }
    return *this;
  }
  ~Secret() { wipe(); }

  // The one way to the bytes: the name is easy to search for.
  std::string_view reveal() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  bool operator==(const Secret&) const = default;

 private:
  void wipe() {
    OPENSSL_cleanse(bytes_.data(), bytes_.capacity());
    bytes_.clear();
  }
  std::string bytes_;
};

}  // namespace rft
