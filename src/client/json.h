// The service's JSON as values, and requests as JSON. What the service adds in time is passed over.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/secret.h"
#include "client/rft.h"

namespace rft::client {

// The error of an answer that is no yes: application/problem+json (RFC 9457), or anything else.
// A code that this client does not know yet is taken by its HTTP status, and named.
Error problem(unsigned status, std::string_view body);

// `internal` where the text is not the document that it should be.
template <class T>
Result<T> read(std::string_view json);

// The answer to `sent` lines with more files, of which the first is the one of index `first`.
Result<AddedFiles> read_added(std::string_view answer, std::size_t first, std::size_t sent);

std::string transfer_json(const TransferSpec& spec, bool commit);
std::string line_json(const NewFileLine& line);
// {"priority": 70}, or {"operation": "push"} for what is no number.
std::string priority_json(std::string_view to);
Secret proxy_json(std::string_view pem, std::string_view path);
Secret password_json(std::string_view endpoint, std::string_view user, std::string_view password);

// One segment of a path or value of a query (RFC 3986 section 3.3); ':' and '@' stay, for handles.
std::string percent_encode(std::string_view text);

}  // namespace rft::client
