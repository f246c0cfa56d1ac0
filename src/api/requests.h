// Request bodies as the calls they ask for. What the calls' own rules refuse is refused by core, so
// that API and CLI say the same words.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "api/credential_book.h"
#include "base/result.h"
#include "core/call.h"

namespace rft::api {

// SubmitRequest. The handle may be absent; then it is empty.
Result<Submit> submit_from(std::string_view body);
// FileRequest: a line with one more file of a list.
Result<FileLine> file_line_from(std::string_view body);
// PriorityRequest: exactly one of its two fields.
Result<ChangePriority> priority_from(std::string handle, std::string_view body);
// CredentialRequest. The body is wiped, whatever comes of it.
Result<NewCredential> credential_from(std::string& body);
// Of calls that take no body: it may be empty or {}.
Result<void> nothing_from(std::string_view body);

// 1 to 255 printable ASCII characters; empty where the header was absent.
Result<std::string> checked_key(std::optional<std::string_view> header);

}  // namespace rft::api
