#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/time.h"
#include "http/message.h"

namespace antiphon::http {

/// An answer that is over, for counters and logs. The request may be told after it: the reference ends with
/// the call.
struct Answer {
  enum class Kind : std::uint8_t {
    kWhole,     ///< An answer of HTTP, from its head to its end.
    kUpgrade,   ///< The request became a WebSocket; kSocketEnd follows.
    kSocketEnd  ///< That WebSocket is over; `took` is its life.
  };
  enum class End : std::uint8_t {
    kComplete,  ///< The kernel took all of it.
    kCut        ///< The client left or took nothing, or the body was ended early.
  };

  /// The status where the client left before there was an answer: nothing was sent, or to nobody. No status of HTTP.
  static constexpr unsigned kClientLeft = 499;

  const Request* request = nullptr;  ///< Null where not even its target is known; its fields may be missing.
  Kind kind = Kind::kWhole;
  unsigned status = 0;
  End end = End::kComplete;
  std::string request_id;        ///< What x-request-id said.
  std::string peer_address;      ///< Numeric, without the port; "" where it is gone.
  std::uint64_t body_bytes = 0;  ///< Before they were framed; of a WebSocket none are counted.
  base::Duration took{};         ///< From the first byte of the request, or from accepting the connection.
};

/// Told of every answer, on the event loop, after the handler returned; of an upgrade at once.
using AnswerObserver = std::function<void(const Answer&)>;

}  // namespace antiphon::http
