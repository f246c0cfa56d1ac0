// Result<T>: a value or the reason why there is none. Errors are values; exceptions are for bugs.
#pragma once
#include <tl/expected.hpp>
#include <utility>

#include "base/error.h"

namespace rft {

template <class T, class E = Error>
using Result = tl::expected<T, E>;

// fail(Code::invalid_url, "...") converts to any Result<T>.
inline tl::unexpected<Error> fail(Code code, std::string detail) {
  return tl::unexpected<Error>(Error{code, std::move(detail)});
}

}  // namespace rft
