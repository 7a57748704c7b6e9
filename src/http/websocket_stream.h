#pragma once

#include <memory>

#include "http/connection.h"
#include "http/message.h"
#include "http/websocket.h"

namespace antiphon::http {

/// Inside http/ only: turns a connection into a WebSocket, by Beast. Null where `request` asks for none, or its client
/// did not wait for the answer. The connection outlives the socket and ends with it.
[[nodiscard]] runtime::Awaitable<std::unique_ptr<WebSocket>> accept_websocket(Connection& connection,
                                                                              const Request& request,
                                                                              WebSocketOptions options);

}  // namespace antiphon::http
