// The server's side of a log-in, so that both can speak with each other in one test.
#pragma once
#include <gssapi.h>

#include <string>
#include <string_view>

#include "base/text.h"
#include "gsi/pki_for_tests.h"

namespace rft::gsi {

class Acceptor {
 public:
  explicit Acceptor(const pki::Issued& host) {
    std::string pem = pki::pem_of(host) + pki::key_pem_of(host);
    gss_buffer_desc bytes{pem.size(), pem.data()};
    OM_uint32 minor = 0;
    pki::demand(gss_import_cred(&minor, &credential_, GSS_C_NO_OID, 0, &bytes, 0, nullptr) ==
                GSS_S_COMPLETE);
  }
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;
  ~Acceptor() {
    OM_uint32 minor = 0;
    if (context_ != GSS_C_NO_CONTEXT) gss_delete_sec_context(&minor, &context_, GSS_C_NO_BUFFER);
    gss_release_cred(&minor, &credential_);
    gss_release_cred(&minor, &delegated_);
    gss_release_name(&minor, &client_);
  }

  // Also after a failure there may be a token: the alert that tells the client why.
  std::string step(std::string_view token) {
    gss_buffer_desc in = borrowed(token);
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor = 0;
    OM_uint32 flags = 0;
    const OM_uint32 major =
        gss_accept_sec_context(&minor, &context_, credential_, &in, GSS_C_NO_CHANNEL_BINDINGS,
                               &client_, nullptr, &out, &flags, nullptr, &delegated_);
    failed_ = GSS_ERROR(major) != 0;
    established_ = major == GSS_S_COMPLETE;
    return taken(out);
  }
  bool failed() const { return failed_; }
  bool established() const { return established_; }
  bool was_delegated_to() const { return delegated_ != GSS_C_NO_CREDENTIAL; }

  std::string client() const {
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor = 0;
    gss_display_name(&minor, client_, &out, nullptr);
    return taken(out);
  }
  std::string wrap(std::string_view bytes) {
    gss_buffer_desc in = borrowed(bytes);
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor = 0;
    pki::demand(!GSS_ERROR(gss_wrap(&minor, context_, 1, GSS_C_QOP_DEFAULT, &in, nullptr, &out)));
    return taken(out);
  }
  std::string unwrap(std::string_view record) {
    gss_buffer_desc in = borrowed(record);
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor = 0;
    pki::demand(!GSS_ERROR(gss_unwrap(&minor, context_, &in, &out, nullptr, nullptr)));
    return taken(out);
  }

 private:
  static gss_buffer_desc borrowed(std::string_view bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())};
  }
  static std::string taken(gss_buffer_desc& buffer) {
    std::string bytes(static_cast<const char*>(buffer.value), buffer.length);
    OM_uint32 minor = 0;
    gss_release_buffer(&minor, &buffer);
    return bytes;
  }

  gss_cred_id_t credential_ = GSS_C_NO_CREDENTIAL;
  gss_cred_id_t delegated_ = GSS_C_NO_CREDENTIAL;
  gss_ctx_id_t context_ = GSS_C_NO_CONTEXT;
  gss_name_t client_ = GSS_C_NO_NAME;
  bool failed_ = false;
  bool established_ = false;
};

}  // namespace rft::gsi
