#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/message.h"

namespace antiphon::wire {

enum class Errc : std::uint8_t {
  kTooLarge,     ///< A frame or a field exceeds Limits.
  kUnknownType,  ///< A frame of a type that this version does not know.
  kMalformed,    ///< A field is cut off, bytes are left over, or a flag is neither 0 nor 1.
  kInvalid,      ///< Well-formed fields that contradict each other or leave their range; see validate().
};

struct Error {
  Errc code = Errc::kMalformed;
  std::string message;  ///< Names the message and the field; holds nothing of the frame's contents.
};

template <class T>
using Result = base::Result<T, Error>;

/// What every message sent or received fulfils besides Limits: enumerations in range, speed a number in [0.25, 4],
/// grains that follow each other in the order single | first middle* last, rows and priors of exactly
/// row_bytes * rows bytes, no state before a single or first grain, names without NUL. Error: kInvalid.
[[nodiscard]] Result<void> validate(const Message& message);
[[nodiscard]] Result<void> validate(const PlanJob& job);
[[nodiscard]] Result<void> validate(const RenderJob& job);
[[nodiscard]] Result<void> validate(const Planned& planned);

/// Appends one frame to `out`: u32 length of the rest, u8 type (position in Message, from 1), then the fields in
/// the order of their declaration; little-endian; strings and arrays have a u32 count in front, flags are one byte.
/// On an error (kTooLarge, kInvalid) `out` is as before. What encode accepts, every Decoder accepts.
[[nodiscard]] Result<void> encode(const Message& message, std::vector<std::byte>& out);

/// The message's name for logs, for example "RenderJob".
[[nodiscard]] std::string_view name_of(const Message& message);

/// The version that a whole frame of Join begins with, whatever that version has after it. Nothing: it is another
/// frame.
[[nodiscard]] std::optional<std::uint32_t> version_of_join(std::span<const std::byte> frame);

/// Turns a byte stream into messages. Bytes come in pieces of any size; one frame more than the piece fed is the most
/// that it keeps. After the first error the stream has lost its framing: every later next() repeats that error.
class Decoder {
 public:
  Decoder() = default;
  /// Larger frames than this are refused before they are kept: 8 bytes to Limits::kFrameBytes.
  explicit Decoder(std::size_t frame_limit) : frame_limit_(frame_limit) {}
  /// From the next frame on.
  void set_frame_limit(std::size_t bytes) { frame_limit_ = bytes; }

  void feed(std::span<const std::byte> bytes);

  /// The next message; nullopt = more bytes are needed. Errors: all of Errc.
  [[nodiscard]] Result<std::optional<Message>> next();
  /// After an error: version_of_join() of the frame that was refused, where it came whole.
  [[nodiscard]] std::optional<std::uint32_t> refused_join() const { return refused_join_; }

  /// Bytes fed and not yet returned as messages. Not zero at the end of the stream = the peer died in mid-frame.
  [[nodiscard]] std::size_t buffered() const { return buffer_.size() - begin_; }

 private:
  void compact();

  std::vector<std::byte> buffer_;
  std::size_t frame_limit_ = Limits::kFrameBytes;
  std::size_t begin_ = 0;  ///< Where the first unread frame starts in buffer_.
  std::optional<Error> failure_;
  std::optional<std::uint32_t> refused_join_;
};

}  // namespace antiphon::wire
