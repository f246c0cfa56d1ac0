// Which credentials an order names, and the word that stands in for the mover's where one of them
// cannot be handed over.
#pragma once
#include <optional>
#include <vector>

#include "base/error.h"
#include "wire/message.h"

namespace rft {

struct NamedCredential {
  Uuid id;
  Side side = Side::none;
  bool operator==(const NamedCredential&) const = default;
};

std::vector<NamedCredential> credentials_of(const Order& order);  // none named twice

// Whose order it is; nothing for an errand.
std::optional<Task> task_of(const Order& order);

// What the mover would say had it tried: credential_missing, credential_expired or
// credential_unusable, all of which hold the transfer at no cost.
Word refusal_of(const Order& order, const NamedCredential& credential, const Error& why);

}  // namespace rft
