#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "http/message.h"
#include "http/websocket.h"
#include "runtime/awaitable.h"

namespace antiphon::http {

/// How a handler answers one request. Either respond(), or start(), write()* and then finish() or abort(). One
/// operation at a time, on the event loop's thread, and none after the handler returned. An operation out of this
/// order is a broken invariant.
///
/// Every operation is false once the client is gone: it closed or half-closed its side, the connection failed, it
/// took nothing for the write timeout, or the server gave up draining.
class Responder {
 public:
  Responder() = default;
  Responder(const Responder&) = delete;
  Responder& operator=(const Responder&) = delete;
  virtual ~Responder() = default;

  /// The whole answer.
  virtual runtime::Awaitable<bool> respond(Response response) = 0;

  /// Sends the head (the body must be empty); the body follows by write(), chunked, or until the end of the
  /// connection for an HTTP/1.0 client.
  virtual runtime::Awaitable<bool> start(Response head) = 0;
  /// True when the kernel took all of `bytes`, which must stay valid until then. Nothing is sent for an empty span.
  virtual runtime::Awaitable<bool> write(std::span<const std::byte> bytes) = 0;
  /// Ends the body so that it is complete.
  virtual runtime::Awaitable<bool> finish() = 0;
  /// Ends the body so that the client can tell that it is not complete: the connection closes without the last
  /// chunk (HTTP/1.0: it is reset). What was written before still arrives, save for HTTP/1.0.
  virtual void abort() = 0;
  /// Ends the connection now: the client is gone, and an operation that waits is false. At any time.
  virtual void cut() = 0;

  /// From now on `may_go_on`, which may wait, is asked each time before the system is given bytes, also after a wait in
  /// the middle of a write; where it returns false the connection is cut. An empty function ends that; so does the
  /// return of the handler. Within TLS, a record that was begun is sent all the same.
  virtual void guard_writes(std::function<runtime::Awaitable<bool>()> /*may_go_on*/) {}

  /// Turns the connection into a WebSocket, which is this request's whole answer. Null where the request asks for none;
  /// then it may still be answered otherwise, unless the client is gone. The socket must be gone when the handler
  /// returns.
  [[nodiscard]] virtual runtime::Awaitable<std::unique_ptr<WebSocket>> upgrade(WebSocketOptions /*options*/) {
    co_return nullptr;
  }

  /// Calls `callback` once when the client is found gone, from the event loop; at once when it already is. Not
  /// after the handler returned. A second call replaces the first callback.
  virtual void on_gone(std::move_only_function<void()> callback) = 0;
  [[nodiscard]] virtual bool gone() const = 0;
  /// Whether respond() or start() was called.
  [[nodiscard]] virtual bool started() const = 0;

  runtime::Awaitable<bool> write_text(std::string_view text) { return write(std::as_bytes(std::span(text))); }
};

}  // namespace antiphon::http
