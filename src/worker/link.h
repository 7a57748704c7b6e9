#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "process/fd.h"
#include "wire/codec.h"

namespace antiphon::worker {

/// How a message left. Only kSent reached the socket.
enum class Sent : std::uint8_t {
  kSent,
  kGone,         ///< The gateway has closed its end.
  kNotEncodable  ///< The message exceeds wire::Limits or contradicts itself; the link is unharmed.
};

/// The worker's blocking end of the socket. One thread receives, any thread sends.
class Link {
 public:
  explicit Link(process::Fd socket) : socket_(std::move(socket)) {}

  [[nodiscard]] Sent send(const wire::Message& message);

  /// Waits for the next message. nullopt = the gateway has closed its end, or shutdown() was called. The errors are
  /// the decoder's; after one there is nothing more to receive.
  [[nodiscard]] wire::Result<std::optional<wire::Message>> receive();

  /// Ends both directions, and so a receive() that waits in another thread.
  void shutdown();

 private:
  process::Fd socket_;
  wire::Decoder decoder_;
  std::vector<std::byte> incoming_;
  std::mutex sending_;
  std::vector<std::byte> outgoing_;  ///< Guarded by sending_.
};

}  // namespace antiphon::worker
