#pragma once

#include <string>
#include <string_view>

#include "http/message.h"
#include "identity/identifier.h"

namespace antiphon::api {

/// Whose request it is, or why nobody's. `key` counts where its headers have none.
[[nodiscard]] base::Result<identity::Caller, identity::Errc> caller_of(const identity::Identifier& identifier,
                                                                       const http::Request& request,
                                                                       std::string_view key = {});

/// The address of the client, behind the proxies that are trusted.
[[nodiscard]] std::string client_of(const identity::Identifier& identifier, const http::Request& request);

/// 401, in the shape of the door.
[[nodiscard]] http::Response unauthorised(identity::Errc code, const http::Request& request);

/// The client's own x-request-id where it is 1 to 128 characters of [A-Za-z0-9._:/+=-], else a new random one.
[[nodiscard]] std::string request_id_of(const http::Request* request);

}  // namespace antiphon::api
