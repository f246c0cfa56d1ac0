#include "gsi/context.h"

#include <arpa/inet.h>
#include <globus_common.h>
#include <globus_error_openssl.h>
#include <gssapi.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>

#include "gsi/failure.h"

namespace rft::gsi {
namespace {

constexpr OM_uint32 import_from_memory = 0;  // the option of gss_import_cred
constexpr OM_uint32 context_flags = GSS_C_MUTUAL_FLAG | GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG;
constexpr OM_uint32 delegation_flags = GSS_C_DELEG_FLAG | GSS_C_GLOBUS_LIMITED_DELEG_PROXY_FLAG;

// A buffer that the library made.
struct Buffer {
  gss_buffer_desc raw = GSS_C_EMPTY_BUFFER;
  Buffer() = default;
  Buffer(const Buffer&) = delete;
  Buffer& operator=(const Buffer&) = delete;
  ~Buffer() {
    OM_uint32 minor = 0;
    gss_release_buffer(&minor, &raw);
  }
  std::string text() const { return {static_cast<const char*>(raw.value), raw.length}; }
};

// The library reads what it is given and changes nothing in it.
gss_buffer_desc borrow(std::string_view bytes) {
  gss_buffer_desc buffer;
  buffer.length = bytes.size();
  buffer.value = const_cast<char*>(bytes.data());
  return buffer;
}

// A copy that the library made for us.
std::string taken(char* text) {
  std::string copy = text == nullptr ? "" : text;
  std::free(text);
  return copy;
}

std::string words_of_layer(globus_object_t* layer) {
  std::string words = taken(globus_error_get_long_desc(layer));
  if (words.empty()) words = taken(globus_error_get_short_desc(layer));
  if (words.empty() && globus_object_type_match(globus_object_get_type(layer),
                                                GLOBUS_ERROR_TYPE_OPENSSL) == GLOBUS_TRUE) {
    const char* reason = globus_error_openssl_error_get_reason(layer);
    words = reason == nullptr ? "" : reason;
  }
  return words;
}

// Takes the error behind `minor` out of the library, where it would stay for ever. Not by the
// library's own printing: that follows pointers into OpenSSL's queue of errors, freed long before.
std::string words_of(OM_uint32 minor) {
  globus_object_t* error = globus_error_get(static_cast<globus_result_t>(minor));
  std::string words;
  for (globus_object_t* layer = error; layer != nullptr; layer = globus_error_get_cause(layer)) {
    const std::string more = words_of_layer(layer);
    if (!more.empty()) words += (words.empty() ? "" : ": ") + more;
  }
  globus_object_free(error);
  return words.empty() ? "no reason given" : words;
}

tl::unexpected<Fault> fault(FaultCode code, std::string detail) {
  Fault fault;
  fault.code = code;
  fault.detail = std::move(detail);
  return tl::unexpected(std::move(fault));
}

tl::unexpected<Fault> failure(Step step, OM_uint32 minor) {
  const std::string words = words_of(minor);
  return fault(classify(step, words), tidy(words));
}

struct Activation {
  std::mutex mutex;
  std::string certificates;  // empty: not yet
};

Activation& activation() {
  static Activation state;
  return state;
}

bool is_activated() {
  const std::lock_guard lock(activation().mutex);
  return !activation().certificates.empty();
}

// Certificates name addresses in another field (RFC 2818 section 3.1), the library under another
// type of name, "host/address" (1.3.6.1.4.1.3536.1.1.2), which its headers do not declare.
char address_name_oid[] = "\x2b\x06\x01\x04\x01\x9b\x50\x01\x01\x02";
gss_OID_desc address_name = {sizeof address_name_oid - 1, address_name_oid};

// A numeric address in the one form that the library makes of a certificate's, since it compares
// texts: RFC 5952 but for the capital letters. (Of two equally long runs of zeros it may shorten
// the other one; such a host is then refused, not trusted.)
std::optional<std::string> address_of(const std::string& host) {
  for (const int family : {AF_INET, AF_INET6}) {
    in6_addr address{};
    char text[INET6_ADDRSTRLEN];
    if (inet_pton(family, host.c_str(), &address) == 1 &&
        inet_ntop(family, &address, text, sizeof text) != nullptr) {
      std::transform(text, text + std::strlen(text), text, [](char c) {
        return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
      });
      return text;
    }
  }
  return std::nullopt;
}

// The settings that the library takes from nowhere but the environment. Names by RFC 2818
// alone: the older modes ask the DNS in the middle of a handshake, and believe it.
bool set_environment(const std::string& certificates) {
  return setenv("X509_CERT_DIR", certificates.c_str(), 1) == 0 &&
         setenv("GLOBUS_GSSAPI_NAME_COMPATIBILITY", "STRICT_RFC2818", 1) == 0;
}

}  // namespace

Result<void> activate(const std::string& certificates) {
  const std::lock_guard lock(activation().mutex);
  std::string& active = activation().certificates;
  if (active == certificates && !active.empty()) return {};
  if (!active.empty()) {
    return fail(Code::internal, "the folder of trusted certificates is already " + active);
  }
  std::error_code ignored;
  if (!std::filesystem::is_directory(certificates, ignored)) {
    return fail(Code::invalid_config,
                "there is no folder of trusted certificates at '" + certificates + "'");
  }
  if (!set_environment(certificates)) return fail(Code::internal, "the environment cannot be set");
  if (globus_thread_set_model("pthread") != GLOBUS_SUCCESS ||
      globus_module_activate(GLOBUS_GSI_GSSAPI_MODULE) != GLOBUS_SUCCESS) {
    return fail(Code::internal, "the security library cannot be started");
  }
  std::signal(SIGPIPE, SIG_IGN);
  active = certificates;
  return {};
}

struct SecurityContext::Handles {
  gss_cred_id_t credential = GSS_C_NO_CREDENTIAL;
  gss_name_t target = GSS_C_NO_NAME;
  gss_ctx_id_t context = GSS_C_NO_CONTEXT;
  OM_uint32 flags = context_flags;
  bool established = false;
  bool failed = false;
  std::string peer;

  Handles() = default;
  Handles(const Handles&) = delete;
  Handles& operator=(const Handles&) = delete;
  ~Handles() {
    OM_uint32 minor = 0;
    if (context != GSS_C_NO_CONTEXT) gss_delete_sec_context(&minor, &context, GSS_C_NO_BUFFER);
    if (target != GSS_C_NO_NAME) gss_release_name(&minor, &target);
    if (credential != GSS_C_NO_CREDENTIAL) gss_release_cred(&minor, &credential);
  }

  Result<void, Fault> import_credential(const Secret& pem);
  Result<void, Fault> import_target(std::string_view host);
  Result<void, Fault> name_peer();
};

Result<void, Fault> SecurityContext::Handles::import_credential(const Secret& pem) {
  gss_buffer_desc bytes = borrow(pem.reveal());
  OM_uint32 minor = 0;
  if (gss_import_cred(&minor, &credential, GSS_C_NO_OID, import_from_memory, &bytes, 0, nullptr) !=
      GSS_S_COMPLETE) {
    return failure(Step::import_credential, minor);
  }
  return {};
}

Result<void, Fault> SecurityContext::Handles::import_target(std::string_view host) {
  const std::string name(host);
  const auto address = address_of(name);
  const std::string text = address ? *address + "/" + *address : "host@" + name;
  const gss_OID type = address ? &address_name : GSS_C_NT_HOSTBASED_SERVICE;
  gss_buffer_desc bytes = borrow(text);
  OM_uint32 minor = 0;
  if (gss_import_name(&minor, &bytes, type, &target) != GSS_S_COMPLETE) {
    const std::string words = tidy(words_of(minor));
    return fault(FaultCode::untrusted_host, "no certificate can name this host: " + words);
  }
  return {};
}

Result<void, Fault> SecurityContext::Handles::name_peer() {
  OM_uint32 minor = 0;
  gss_name_t name = GSS_C_NO_NAME;
  if (gss_inquire_context(&minor, context, nullptr, &name, nullptr, nullptr, nullptr, nullptr,
                          nullptr) != GSS_S_COMPLETE) {
    return failure(Step::handshake, minor);
  }
  Buffer text;
  const OM_uint32 major = gss_display_name(&minor, name, &text.raw, nullptr);
  if (major == GSS_S_COMPLETE) peer = tidy(text.text());
  OM_uint32 released = 0;
  gss_release_name(&released, &name);
  if (major != GSS_S_COMPLETE) return failure(Step::handshake, minor);
  return {};
}

SecurityContext::SecurityContext(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
SecurityContext::SecurityContext(SecurityContext&&) noexcept = default;
SecurityContext& SecurityContext::operator=(SecurityContext&&) noexcept = default;
SecurityContext::~SecurityContext() = default;

bool SecurityContext::established() const {
  return handles_->established;
}
const std::string& SecurityContext::peer() const {
  return handles_->peer;
}

Result<SecurityContext, Fault> SecurityContext::begin(const Credential& credential,
                                                      std::string_view host, Delegation delegation,
                                                      WallTime now) {
  if (!is_activated()) {
    return fault(FaultCode::credential_unusable,
                 "the security library was not started: no folder of trusted CAs is known "
                 "(cert_dir of the configuration, or X509_CERT_DIR)");
  }
  // The library does not look: it would send what has ended and leave the refusal to the server.
  if (credential.expired(now)) {
    return fault(FaultCode::credential_expired,
                 "the credential ended at " + to_rfc3339(credential.not_after));
  }
  auto handles = std::make_unique<Handles>();
  if (delegation == Delegation::limited) handles->flags |= delegation_flags;
  if (auto done = handles->import_credential(credential.pem); !done) {
    return tl::unexpected(done.error());
  }
  if (auto done = handles->import_target(host); !done) return tl::unexpected(done.error());
  return SecurityContext(std::move(handles));
}

Result<std::string, Fault> SecurityContext::step(std::string_view token) {
  Handles& h = *handles_;
  if (h.failed || h.established) {
    return fault(FaultCode::protocol_broken, "a token came when none was due");
  }
  const bool is_first = h.context == GSS_C_NO_CONTEXT;
  if (token.empty() != is_first) {
    h.failed = true;
    return fault(FaultCode::protocol_broken, "the first step takes no token, every later one does");
  }
  if (token.size() > token_bytes_max) {
    h.failed = true;
    return fault(FaultCode::protocol_broken, "the server's token is too long");
  }
  gss_buffer_desc in = borrow(token);
  Buffer out;
  OM_uint32 minor = 0;
  const OM_uint32 major =
      gss_init_sec_context(&minor, h.credential, &h.context, h.target, GSS_C_NO_OID, h.flags, 0,
                           GSS_C_NO_CHANNEL_BINDINGS, token.empty() ? GSS_C_NO_BUFFER : &in,
                           nullptr, &out.raw, nullptr, nullptr);
  if (GSS_ERROR(major)) {
    h.failed = true;
    return failure(Step::handshake, minor);
  }
  if (major == GSS_S_COMPLETE) {
    if (auto named = h.name_peer(); !named) return tl::unexpected(named.error());
    h.established = true;
  }
  return out.text();
}

Result<std::string, Fault> SecurityContext::wrap(std::string_view bytes, Privacy privacy) {
  Handles& h = *handles_;
  if (!h.established) return fault(FaultCode::protocol_broken, "the log-in is not complete");
  gss_buffer_desc in = borrow(bytes);
  Buffer out;
  OM_uint32 minor = 0;
  int is_private = 0;
  const int wanted = privacy == Privacy::encrypted ? 1 : 0;
  if (GSS_ERROR(
          gss_wrap(&minor, h.context, wanted, GSS_C_QOP_DEFAULT, &in, &is_private, &out.raw))) {
    h.failed = true;
    return failure(Step::message, minor);
  }
  if (wanted == 1 && is_private == 0) {
    return fault(FaultCode::protocol_broken, "the log-in does not allow for encryption");
  }
  return out.text();
}

Result<std::string, Fault> SecurityContext::unwrap(std::string_view record) {
  Handles& h = *handles_;
  if (!h.established) return fault(FaultCode::protocol_broken, "the log-in is not complete");
  gss_buffer_desc in = borrow(record);
  Buffer out;
  OM_uint32 minor = 0;
  if (GSS_ERROR(gss_unwrap(&minor, h.context, &in, &out.raw, nullptr, nullptr))) {
    h.failed = true;
    return failure(Step::message, minor);
  }
  return out.text();
}

}  // namespace rft::gsi
