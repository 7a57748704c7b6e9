#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/elevenlabs/client_message.h"

namespace antiphon::protocol::elevenlabs {

/// Holds text back as a client's chunk_length_schedule asks: the first piece is handed on when so many characters are
/// there as its first number says, and so on; the last number counts for all that follow. It decides when text is
/// spoken, never how it is cut.
class GenerationSchedule {
 public:
  /// An empty schedule holds nothing back.
  explicit GenerationSchedule(std::vector<std::uint32_t> schedule) : schedule_(std::move(schedule)) {}

  /// Adds text; what is to be handed on now, "" while more is needed. At most one piece of the schedule and the message
  /// that completes it are held.
  [[nodiscard]] std::string add(std::string_view text, Pace pace);
  /// All that is held.
  [[nodiscard]] std::string take();

 private:
  std::vector<std::uint32_t> schedule_;
  std::size_t next_ = 0;
  std::string held_;
  std::size_t characters_ = 0;  ///< In held_.
};

}  // namespace antiphon::protocol::elevenlabs
