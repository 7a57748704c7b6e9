#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/time.h"

namespace antiphon::coordinator {

/// A hash of a voice and a text, under a key that no client knows. The coordinator never sees the text itself.
using TextId = std::uint64_t;
/// Of jobs that read no text, or where texts are not watched.
inline constexpr TextId kNoText = 0;

/// Segments that workers were planning when they ended. One that has cost as many workers as a job may is not planned
/// again, from any client. Pure.
class CostlyTexts {
 public:
  struct Options {
    std::uint32_t losses = 2;  ///< Number of workers that a text may cost, 1 to 10.
    std::size_t most = 1024;   ///< Number of texts that are remembered; the oldest is forgotten first.
    base::Duration remembered = std::chrono::minutes(10);  ///< A text that cost no worker for so long is forgotten.
  };

  explicit CostlyTexts(const Options& options) : options_(options) {}

  /// A worker ended while it planned this text. Returns how many did so far.
  std::uint32_t lost(TextId text, base::TimePoint now);
  /// It was planned after all.
  void planned(TextId text);
  /// Returns whether it is not to be planned.
  [[nodiscard]] bool refuses(TextId text, base::TimePoint now) const;

  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  struct Text {
    TextId id = kNoText;
    std::uint32_t losses = 0;
    base::TimePoint last;
  };

  Options options_;
  std::vector<Text> texts_;  ///< In the order of their last losses.
};

}  // namespace antiphon::coordinator
