#include "vault/vault.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sys/stat.h>

#include <array>
#include <filesystem>
#include <memory>

#include "base/text.h"
#include "vault/file.h"

namespace rft::vault {
namespace {

constexpr std::size_t key_bytes = 32;    // AES-256
constexpr std::size_t nonce_bytes = 12;  // NIST SP 800-38D: 96 bits
constexpr std::size_t tag_bytes = 16;
constexpr char form = 1;  // the version byte of a sealed credential, authenticated with the rest

auto bad(std::string detail) {
  return fail(Code::bad_state, std::move(detail));
}

struct FreeCipher {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeCipher>;

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}
int length(std::string_view bytes) {
  return static_cast<int>(bytes.size());
}

// Injective: the version byte and the id have fixed sizes, the owner is what remains.
std::string authenticated(const SealedFor& whose) {
  return std::string(1, form).append(whose.credential.raw()).append(whose.owner);
}

bool random_into(std::string& bytes) {
  return RAND_bytes(raw(bytes), length(bytes)) == 1;
}

Result<Secret> read_key(const File& file, const std::string& path) {
  struct stat facts {};
  if (::fstat(file.get(), &facts) != 0)
    return bad("cannot look at " + path + ": " + system_words());
  if (!S_ISREG(facts.st_mode)) return bad(path + " is not a regular file; the vault's key must be");
  if (facts.st_uid != ::geteuid()) {
    return bad(path + " belongs to another user; give it to the one who runs the service");
  }
  if ((facts.st_mode & 07777) != 0600) return bad(path + " must have mode 0600: chmod 600 it");
  if (facts.st_size != static_cast<off_t>(key_bytes)) {
    return bad(path + " is not a key of " + std::to_string(key_bytes) +
               " bytes; restore it from a backup, or remove it and store all credentials anew");
  }
  std::string key(key_bytes, '\0');
  const bool whole =
      ::pread(file.get(), key.data(), key.size(), 0) == static_cast<ssize_t>(key_bytes);
  Secret secret(std::move(key));
  if (!whole) return bad("cannot read " + path + ": " + system_words());
  return secret;
}

bool sync_folder_of(const std::string& path) {
  const auto parent = std::filesystem::path(path).parent_path();
  const File folder(
      ::open(parent.empty() ? "." : parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return folder && ::fsync(folder.get()) == 0;
}

bool write_key(const std::string& path, std::string_view key) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  return file && ::fchmod(file.get(), 0600) == 0 &&
         ::write(file.get(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) &&
         ::fsync(file.get()) == 0;
}

// Under a name of its own first, then linked: the key's name never shows half a key, and of two
// that make it at once the second finds the first's.
Result<void> make_key(const std::string& path) {
  std::string bytes(key_bytes, '\0');
  std::string own_name(8, '\0');
  const bool drawn = random_into(bytes) && random_into(own_name);
  const Secret key(std::move(bytes));
  if (!drawn) return fail(Code::internal, "OpenSSL gives no random bytes");
  const std::string own = path + "." + hex(own_name) + ".new";
  const bool linked =
      write_key(own, key.reveal()) && (::link(own.c_str(), path.c_str()) == 0 || errno == EEXIST);
  const std::string words = system_words();
  ::unlink(own.c_str());
  if (!linked) return bad("cannot make the vault's key " + path + ": " + words);
  if (!sync_folder_of(path))
    return bad("cannot sync the folder of " + path + ": " + system_words());
  return {};
}

File open_key(const std::string& path) {
  return File(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

}  // namespace

Result<Vault> Vault::open_or_create(const std::string& key_file) {
  if (const File file = open_key(key_file); file) {
    return read_key(file, key_file).map([](Secret key) { return Vault(std::move(key)); });
  }
  if (errno != ENOENT)
    return bad("cannot open the vault's key " + key_file + ": " + system_words());
  if (auto made = make_key(key_file); !made) return tl::unexpected(made.error());
  const File file = open_key(key_file);
  if (!file) return bad("cannot open the vault's key " + key_file + ": " + system_words());
  return read_key(file, key_file).map([](Secret key) { return Vault(std::move(key)); });
}

Result<std::string> Vault::seal(const Secret& secret, const SealedFor& whose) const {
  const std::string_view plain = secret.reveal();
  const std::string bound = authenticated(whose);
  std::string nonce(nonce_bytes, '\0');
  std::string cipher(plain.size(), '\0');
  std::string tag(tag_bytes, '\0');
  int written = 0;
  const Cipher aes(EVP_CIPHER_CTX_new());
  const bool sealed =
      aes && random_into(nonce) &&
      EVP_EncryptInit_ex(aes.get(), EVP_aes_256_gcm(), nullptr, raw(key_.reveal()), raw(nonce)) ==
          1 &&
      EVP_EncryptUpdate(aes.get(), nullptr, &written, raw(bound), length(bound)) == 1 &&
      EVP_EncryptUpdate(aes.get(), raw(cipher), &written, raw(plain), length(plain)) == 1 &&
      EVP_EncryptFinal_ex(aes.get(), raw(tag), &written) == 1 &&
      EVP_CIPHER_CTX_ctrl(aes.get(), EVP_CTRL_GCM_GET_TAG, static_cast<int>(tag_bytes),
                          tag.data()) == 1;
  if (!sealed) return fail(Code::internal, "OpenSSL cannot seal the credential");
  return std::string(1, form) + nonce + cipher + tag;
}

Result<Secret> Vault::open(std::string_view sealed, const SealedFor& whose) const {
  if (sealed.size() < 1 + nonce_bytes + tag_bytes || sealed[0] != form) {
    return fail(Code::invalid_credential, "the stored credential is of no form that is known");
  }
  const std::string_view nonce = sealed.substr(1, nonce_bytes);
  const std::string_view cipher =
      sealed.substr(1 + nonce_bytes, sealed.size() - 1 - nonce_bytes - tag_bytes);
  std::string tag(sealed.substr(sealed.size() - tag_bytes));
  const std::string bound = authenticated(whose);
  std::string plain(cipher.size(), '\0');
  int written = 0;
  const Cipher aes(EVP_CIPHER_CTX_new());
  const bool opened =
      aes &&
      EVP_DecryptInit_ex(aes.get(), EVP_aes_256_gcm(), nullptr, raw(key_.reveal()), raw(nonce)) ==
          1 &&
      EVP_DecryptUpdate(aes.get(), nullptr, &written, raw(bound), length(bound)) == 1 &&
      EVP_DecryptUpdate(aes.get(), raw(plain), &written, raw(cipher), length(cipher)) == 1 &&
      EVP_CIPHER_CTX_ctrl(aes.get(), EVP_CTRL_GCM_SET_TAG, static_cast<int>(tag_bytes),
                          tag.data()) == 1 &&
      EVP_DecryptFinal_ex(aes.get(), raw(tag), &written) == 1;
  Secret secret(std::move(plain));  // what did not prove itself is wiped as well
  if (!opened) {
    return fail(
        Code::invalid_credential,
        "the stored credential does not open: the vault's key is another one, or the record "
        "was damaged or copied; store the credential again");
  }
  return secret;
}

}  // namespace rft::vault
