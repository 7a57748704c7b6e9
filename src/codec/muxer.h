#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "codec/libav.h"

namespace antiphon::codec {

/// An option of FFmpeg: its name and its value.
using LibraryOption = std::pair<const char*, const char*>;

/// Puts the packets of one stream into a container that is written forwards only. One thread at a time.
class Muxer {
 public:
  /// Writes the container's head. `codec` is open. Errors: kUnsupported (this FFmpeg lacks the container), kLibrary.
  [[nodiscard]] static Result<std::unique_ptr<Muxer>> make(const char* container, const AVCodecContext& codec,
                                                           std::span<const LibraryOption> options);
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;
  ~Muxer() = default;

  /// Adds a packet, whose times are in the codec's unit; they are changed. Errors: kLibrary.
  [[nodiscard]] Result<void> write(AVPacket& packet);
  /// Lets go of what is held back to mark the last packet, so the last packet must be yet to come. Errors: kLibrary.
  [[nodiscard]] Result<void> flush();
  /// Marks the end. Errors: kLibrary.
  [[nodiscard]] Result<void> finish();
  /// Moves what was written so far to the end of `out`.
  void take(std::vector<std::byte>& out);

 private:
  Muxer() = default;
  [[nodiscard]] Result<void> open(const char* container, const AVCodecContext& codec,
                                  std::span<const LibraryOption> options);
  static int collect(void* self, std::uint8_t* data, int size) noexcept;

  AVRational codec_time_base_{};
  std::vector<std::byte> written_;
  IoContext io_;
  FormatContext format_;  ///< After io_, which it uses to the end.
};

}  // namespace antiphon::codec
