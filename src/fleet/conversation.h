#pragma once

#include <functional>
#include <string>

#include "link/message_stream.h"
#include "runtime/awaitable.h"
#include "wire/message.h"

namespace antiphon::fleet {

/// Hands every message of `stream` to `on_message`, in order, and writes what is sent, until either ends. Returns why.
/// `stream` outlives the call.
[[nodiscard]] runtime::Awaitable<std::string> converse(link::MessageStream& stream,
                                                       std::move_only_function<void(wire::Message)> on_message);

}  // namespace antiphon::fleet
