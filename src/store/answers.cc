#include <fmt/format.h>

#include <algorithm>

#include "store/queries.h"

namespace rft {

tl::unexpected<Error> no_such_handle(const std::string& handle) {
  return fail(Code::no_such_transfer, fmt::format("there is no transfer '{}'", handle));
}
tl::unexpected<Error> no_such_request(const Uuid& request) {
  return fail(Code::no_such_transfer, fmt::format("nothing is known of {}", request.text()));
}
tl::unexpected<Error> no_such_credential(const Uuid& id) {
  return fail(Code::no_such_credential, fmt::format("there is no credential {}", id.text()));
}

Result<std::optional<Uuid>> cursor_of(const std::string& text) {
  if (text.empty()) return std::optional<Uuid>();
  const auto id = Uuid::parse(text);
  if (!id) {
    return fail(Code::invalid_request, "'after' is not the cursor that a page gave as its next");
  }
  return std::optional<Uuid>(*id);
}

std::uint32_t page_size(const ListQuery& query) {
  return std::clamp(query.limit, 1U, page_max);
}

}  // namespace rft
