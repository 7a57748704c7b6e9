#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/growing_text.h"
#include "text/markup/cleaner.h"
#include "text/reading/reading.h"
#include "text/segmenter.h"

namespace antiphon::text {

/// A whole text as Utterance takes it: its layout and markup are read as `options` say, and it is normalised.
/// Errors: kInvalidUtf8.
[[nodiscard]] Result<std::string> prepare(std::string_view utf8, const Options& options);

/// Which segment of a text is planned next, and under which number. Everything that speaks (the server, `antiphon
/// say`) asks an engine to plan next() and reports what it answered, so that all of them cut and number alike.
class Utterance {
 public:
  /// `prepared` is a result of prepare() or normalise().
  Utterance(std::string_view prepared, const Options& options);
  /// One whose text is yet to come, by append().
  explicit Utterance(const Options& options);

  /// The segment to plan; null when finished or waiting. Valid until the next call of accepted(), nothing() or
  /// too_long().
  [[nodiscard]] const Segment* next() const { return segments_.empty() ? nullptr : &segments_.front(); }
  /// What is said for it, with the places of its words: as it is written where nothing is to be read otherwise. Valid
  /// and null as next().
  [[nodiscard]] const reading::Reading* reading() const { return segments_.empty() ? nullptr : &reading_; }
  /// Those that are left to plan.
  [[nodiscard]] const std::deque<Segment>& segments() const { return segments_; }
  /// Number of the segment to plan: how many were accepted before it. Keys the noise.
  [[nodiscard]] std::uint32_t index() const { return index_; }
  [[nodiscard]] bool finished() const { return segments_.empty() && !growing_; }
  /// Nothing is there to plan, but more text may come.
  [[nodiscard]] bool waiting() const { return segments_.empty() && growing_; }
  /// What has come and was not planned yet, in units of spoken_length().
  [[nodiscard]] std::size_t unplanned() const;
  /// How long the text that has come and was not planned yet takes to say.
  struct Rest {
    /// As unplanned(), at the request's speed: what the text asks to be spoken at half of it counts twice.
    std::size_t length = 0;
    base::Duration silence{};  ///< Before, between and behind its segments.
  };
  [[nodiscard]] Rest rest() const;

  // Of an utterance that grows; none may be called after finish(), or on one that does not.

  /// More text as it was written. Errors: kInvalidUtf8; nothing of it is taken then.
  [[nodiscard]] Result<void> append(std::string_view utf8);
  /// What has come is to be spoken though its sentence may go on.
  void flush(Flush how = Flush::kAll);
  /// What has come and is in no segment yet, in units of spoken_length().
  [[nodiscard]] std::size_t pending() const;
  /// All segments that are there are kept by drop().
  void keep() { kept_ = segments_.size(); }
  /// No more text comes, and what is not kept is not spoken; but next(), which may be on its way to be planned, stays
  /// where nothing is kept.
  void drop();
  /// No more text comes.
  void finish();
  [[nodiscard]] bool growing() const { return growing_.has_value(); }
  /// Whether next() is kept.
  [[nodiscard]] bool keeps_next() const { return kept_ > 0; }

  // Exactly one of these answers each plan; none may be called when there is nothing to plan.

  /// It was planned.
  void accepted();
  /// It has nothing to speak: it is skipped and takes no number.
  void nothing();
  /// Its plan would be too long: it is cut in two and the first part is next. False, and nothing changed, where it
  /// cannot be cut.
  [[nodiscard]] bool too_long();

 private:
  void add(std::vector<Segment> segments);
  /// Reads next(), which is another one.
  void read();
  /// Hands on what the cleaner holds back.
  void release(std::vector<Segment>& out);

  Options options_;
  std::deque<Segment> segments_;
  reading::Reading reading_;  ///< Reading of the first of them.
  std::optional<GrowingText> growing_;
  std::optional<markup::Cleaner> cleaner_;  ///< Cleaner of a text that grows.
  std::uint32_t index_ = 0;
  std::size_t kept_ = 0;  ///< The first so many of segments_.
};

}  // namespace antiphon::text
