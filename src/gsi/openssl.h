// Owners of OpenSSL's handles, for the sources of this room only.
#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

namespace rft::gsi::openssl {

template <auto function>
struct Free {
  template <class T>
  void operator()(T* handle) const {
    function(handle);
  }
};

using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;

// A buffer that OpenSSL wipes when it grows and when it goes.
inline Bio wiped_buffer() {
  return Bio(BIO_new(BIO_s_secmem()));
}

inline std::string_view view(const Bio& buffer) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(buffer.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

// The queue of errors belongs to the thread and to the security library too: whoever fails on
// purpose leaves it empty.
struct ErrorsCleared {
  ErrorsCleared() { ERR_clear_error(); }
  ~ErrorsCleared() { ERR_clear_error(); }
  ErrorsCleared(const ErrorsCleared&) = delete;
  ErrorsCleared& operator=(const ErrorsCleared&) = delete;
};

}  // namespace rft::gsi::openssl
