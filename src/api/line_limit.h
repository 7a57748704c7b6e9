#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/time.h"

namespace antiphon::api {

/// How many lines of a kind a log gets in a second; the rest are counted only. Pure.
class LineLimit {
 public:
  /// `most`: 1 or more.
  explicit LineLimit(std::size_t most) : most_(most) {}

  /// Whether one more is written now. Seconds begin with the first line after the last one was over.
  [[nodiscard]] bool take(base::TimePoint now) {
    if (now >= ends_) {
      ends_ = now + kSecond;
      written_ = 0;
    }
    if (written_ == most_) {
      ++suppressed_;
      return false;
    }
    ++written_;
    return true;
  }

  /// When the second under way is over.
  [[nodiscard]] base::TimePoint ends() const { return ends_; }
  /// Lines that were not written since this was last asked.
  [[nodiscard]] std::uint64_t take_suppressed() { return std::exchange(suppressed_, 0); }

 private:
  static constexpr base::Duration kSecond = std::chrono::seconds(1);

  std::size_t most_;
  base::TimePoint ends_{};
  std::size_t written_ = 0;
  std::uint64_t suppressed_ = 0;
};

}  // namespace antiphon::api
