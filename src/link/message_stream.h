#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "link/byte_stream.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "wire/codec.h"
#include "wire/message.h"

namespace antiphon::link {

/// How often the gateway asks whether the other end is there.
inline constexpr base::Duration kHeartbeat = std::chrono::milliseconds(500);
/// An end from which no byte came for so many of them counts as gone.
inline constexpr int kSilentHeartbeats = 5;

/// Sends and receives messages over a connection. One task receives and another one writes; send() only queues. Lives
/// on one event loop.
class MessageStream {
 public:
  /// `clock` outlives it. No frame that is received may be larger than `frame_limit`.
  MessageStream(runtime::Executor executor, runtime::Clock& clock, std::unique_ptr<ByteStream> bytes,
                std::size_t frame_limit = wire::Limits::kFrameBytes);

  /// The next message. Error: why none follows, as a sentence's end.
  [[nodiscard]] runtime::Awaitable<std::expected<wire::Message, std::string>> receive();
  /// After receive() has failed: the version of the Join that could not be read, which another version may have laid
  /// out.
  [[nodiscard]] std::optional<std::uint32_t> refused_join() const { return decoder_.refused_join(); }
  /// From the next frame on.
  void set_frame_limit(std::size_t bytes) { decoder_.set_frame_limit(bytes); }

  /// Writes what is sent until that fails, the calling task is cancelled ("" then), or finish() was called and all is
  /// written. Returns why.
  [[nodiscard]] runtime::Awaitable<std::string> write();
  /// Queues a message. What the other end does not take within kBacklogBytes counts as its end.
  void send(const wire::Message& message);
  /// Returns when less than kRoomBytes is queued. False when the calling task is cancelled, or nothing can be sent any
  /// more.
  [[nodiscard]] runtime::Awaitable<bool> room();
  /// Nothing more is sent: write() ends when all is written.
  void finish();
  /// Ends receive() and write(). Idempotent.
  void close();

  /// Bytes received so far: a sign of life.
  [[nodiscard]] std::uint64_t received() const { return received_; }

  /// Of frames that came in several pieces: the bytes of all pieces but the first, and the time that passed before each
  /// of them. It tells what the connection carries while something is on its way.
  struct Bulk {
    std::uint64_t bytes = 0;
    base::Duration took{};
  };
  [[nodiscard]] const Bulk& bulk() const { return bulk_; }

  /// A job is at most one frame, and a worker holds a few.
  static constexpr std::size_t kBacklogBytes = 4 * wire::Limits::kFrameBytes;
  static constexpr std::size_t kRoomBytes = std::size_t{1} << 20U;

 private:
  runtime::Clock& clock_;
  std::unique_ptr<ByteStream> bytes_;
  wire::Decoder decoder_;
  std::vector<std::byte> incoming_;
  std::vector<std::byte> outgoing_;
  runtime::Notifier news_;   ///< There is something to write.
  runtime::Notifier space_;  ///< Something was written.
  std::string failure_;
  bool finished_ = false;
  std::uint64_t received_ = 0;
  base::TimePoint read_at_;
  Bulk bulk_;
};

}  // namespace antiphon::link
