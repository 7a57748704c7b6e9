#pragma once

#include <string>

#include "http/message.h"
#include "identity/caller.h"

namespace antiphon::gateway {

/// Whose request it is, for fairness: a hash of the bearer token that was sent, whatever it says, and of the peer's
/// address. Requests without a token are one user per address.
[[nodiscard]] identity::Caller caller_of(const http::Request& request);

/// The client's own x-request-id where it is 1 to 128 characters of [A-Za-z0-9._:/+=-], else a new random one.
[[nodiscard]] std::string request_id_of(const http::Request* request);

}  // namespace antiphon::gateway
