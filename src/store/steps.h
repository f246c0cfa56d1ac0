// Statements one after the other that stop at the first that fails: what follows does nothing.
#pragma once
#include <optional>
#include <utility>

#include "store/database.h"

namespace rft {

class Steps {
 public:
  explicit Steps(Database& database) : database_(database) {}

  // How many rows were changed; 0 once a statement has failed.
  template <class... Values>
  int run(std::string_view sql, const Values&... values) {
    if (failure_) return 0;
    auto changed = database_.run(sql, values...);
    if (changed) return *changed;
    failure_ = std::move(changed.error());
    return 0;
  }

  Sql<bool> outcome(bool held) const {
    if (failure_) return tl::unexpected(*failure_);
    return held;
  }

 private:
  Database& database_;
  std::optional<SqlFailure> failure_;
};

}  // namespace rft
