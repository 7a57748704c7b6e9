#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace antiphon::gateway {

/// Segments that workers were planning when they ended. One that has cost as many workers as a job may is not planned
/// again, from any client. Keeps hashes under a key of its own, never a text. Pure but for the key.
class CostlyTexts {
 public:
  struct Options {
    std::uint32_t losses = 2;  ///< Workers that a text may cost. 1 to 10.
    std::size_t most = 1024;   ///< Texts that are remembered; the oldest is forgotten first.
    base::Duration remembered = std::chrono::minutes(10);  ///< A text that cost no worker for so long is forgotten.
  };

  /// `key` is to be random.
  CostlyTexts(Options options, std::string key) : options_(options), key_(std::move(key)) {}

  /// Returns the hash by which the other functions know this text with this voice.
  [[nodiscard]] std::uint64_t hash_of(std::string_view voice, std::string_view text) const;
  /// A worker ended while it planned this text. Returns how many did so far.
  std::uint32_t lost(std::uint64_t hash, base::TimePoint now);
  /// It was planned after all.
  void planned(std::uint64_t hash);
  /// Whether it is not to be planned.
  [[nodiscard]] bool refuses(std::uint64_t hash, base::TimePoint now) const;

  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  struct Text {
    std::uint64_t hash = 0;
    std::uint32_t losses = 0;
    base::TimePoint last;
  };

  Options options_;
  std::string key_;
  std::vector<Text> texts_;  ///< In the order of their last losses.
};

/// 16 bytes from the system's source of randomness.
[[nodiscard]] std::string random_key();

}  // namespace antiphon::gateway
