#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "runtime/awaitable.h"

namespace antiphon::http {

struct WebSocketOptions {
  std::size_t message_bytes = 64 * 1024;  ///< A longer one ends the socket with 1009.
  /// A peer that says nothing for so long while it is read from is asked for a sign of life (ping), and cut off when it
  /// gives none for as long again: its side may be gone without a word. 1 s or more.
  base::Duration silence = std::chrono::seconds(20);
  base::Duration write_timeout = std::chrono::seconds(10);  ///< For a message to be taken, and for a closing handshake.
};

/// Codes of a closing handshake (RFC 6455, section 7.4).
enum class CloseCode : std::uint16_t {
  kNormal = 1000,
  kGoingAway = 1001,
  kPolicyViolation = 1008,
  kInternalError = 1011,
  kTryAgainLater = 1013,
};

/// A WebSocket of text messages, the server's side (RFC 6455). On the event loop. What a client sends as binary counts
/// as text, but for its encoding, which nobody has checked then; a text message that is not UTF-8 ends the socket with
/// 1007. Pings are answered while it is read from.
class WebSocket {
 public:
  WebSocket() = default;
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;
  virtual ~WebSocket() = default;

  /// The next message; nothing when the socket is over: closed by either side, cut, or the calling task is cancelled.
  /// One caller at a time. While nobody reads, the peer feels back-pressure.
  [[nodiscard]] virtual runtime::Awaitable<std::optional<std::string>> read() = 0;
  /// True when the kernel took the message, which must stay valid until then. Several callers take turns. False once
  /// the socket is over, or when the peer took nothing for the write timeout.
  [[nodiscard]] virtual runtime::Awaitable<bool> write(std::string_view text) = 0;
  /// Tells the peer why and waits for it to agree and to close its side, at most for the write timeout, or, while the
  /// server drains, for the linger timeout of its connections; read() and write() end. `reason`: at most 123 bytes of
  /// it are sent.
  [[nodiscard]] virtual runtime::Awaitable<> close(CloseCode code, std::string_view reason) = 0;
  /// Ends the socket now, without a word: an operation that waits ends.
  virtual void cut() = 0;
  /// Calls back once when the server drains and wants the socket to end soon; at once where it does already.
  virtual void on_drain(std::move_only_function<void()> callback) = 0;
  [[nodiscard]] virtual bool is_open() const = 0;
};

}  // namespace antiphon::http
