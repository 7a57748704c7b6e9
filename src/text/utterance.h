#pragma once

#include <cstdint>
#include <deque>
#include <string_view>

#include "text/segmenter.h"

namespace antiphon::text {

/// Which segment of a text is planned next, and under which number. Everything that speaks (the server, `antiphon
/// say`) asks an engine to plan next() and reports what it answered, so that all of them cut and number alike.
class Utterance {
 public:
  /// `normalised` is a result of normalise().
  Utterance(std::string_view normalised, const Options& options);

  /// The segment to plan; null when finished. Valid until the next call that is not const.
  [[nodiscard]] const Segment* next() const { return segments_.empty() ? nullptr : &segments_.front(); }
  /// Number of the segment to plan: how many were accepted before it. Keys the noise.
  [[nodiscard]] std::uint32_t index() const { return index_; }
  [[nodiscard]] bool finished() const { return segments_.empty(); }

  // Exactly one of these answers each plan; none may be called when finished.

  /// It was planned.
  void accepted();
  /// It has nothing to speak: it is skipped and takes no number.
  void nothing();
  /// Its plan would be too long: it is cut in two and the first part is next. False, and nothing changed, where it
  /// cannot be cut.
  [[nodiscard]] bool too_long();

 private:
  std::deque<Segment> segments_;
  std::uint32_t index_ = 0;
};

}  // namespace antiphon::text
