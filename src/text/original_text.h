#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/markup/cleaner.h"
#include "text/segmenter.h"

namespace antiphon::text {

/// A text as it was written, beside the segments that are cut from its normalised form: tells which of the written
/// characters each segment stands for. White space is not compared, so what was joined with other white space is found
/// all the same.
class OriginalText {
 public:
  /// What was written for a segment, with all that is said with it or not at all: the white space behind it, and what
  /// came before it and is in no segment.
  struct Piece {
    std::string text;
    /// The place in `text`, in bytes, of each byte of the segment and of its end; ascending. White space within the
    /// segment has the place behind the word before it.
    std::vector<std::uint32_t> places;
  };

  /// Most of what is kept, in bytes; what comes beyond it is in no piece. Far more than waits for being planned.
  static constexpr std::size_t kMostBytes = std::size_t{256} << 10;

  /// The segments are of a text that is read by these options. Before the first take().
  void read_by(const Options& options);
  /// More text, UTF-8.
  void append(std::string_view utf8);
  /// A space that is read between two pieces of the text, and that nobody wrote: it is in no piece.
  void append_gap();
  /// No more text comes: what nobody can say at its end belongs to the last piece.
  void finish();
  /// All that was written is in a piece.
  [[nodiscard]] bool spent() const { return written_.size() == gaps_.size(); }
  /// The next piece of the text, for the next segment. Its text is empty where it is not found.
  [[nodiscard]] Piece take(std::string_view segment);
  /// What is in no piece, as the end of the text.
  [[nodiscard]] std::string take_rest();

 private:
  /// Code points that compose to `normal`; bytes [begin, end) of what is left.
  struct Cluster {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string normal;
  };

  /// The first one that begins at `from` or behind it, after white space and what is not spoken; nothing where none
  /// does.
  [[nodiscard]] std::optional<Cluster> next(std::size_t from) const;
  /// The one that `segment` begins with, at `from` or, where the text has more than its segments, behind it. `budget`:
  /// how many more may be looked at.
  [[nodiscard]] std::optional<Cluster> find(std::string_view segment, std::size_t from, std::size_t& budget) const;
  /// Whether `segment` goes on as what is left does from `cluster` on.
  [[nodiscard]] bool agrees(std::string_view segment, Cluster cluster) const;
  /// The end of the piece whose last spoken character ends at `end`.
  [[nodiscard]] std::size_t piece_end(std::size_t end) const;

  void clean(std::string_view utf8);
  void flush();
  /// The places in `left_` of the bytes of `segment` and of its end. Whether all of it is there.
  bool locate(std::string_view segment, std::vector<std::uint32_t>& places) const;
  void add(markup::Clean clean);
  /// Makes places in `left_`, ascending, those in what was written. Returns where the last one lies.
  std::size_t to_written(std::vector<std::uint32_t>& places) const;
  /// Where the bytes of what was written end that became left_[0, end), with what was left out behind them.
  [[nodiscard]] std::size_t written_end(std::size_t end) const;
  /// Takes left_[0, end) away, which was written in the first `written` bytes.
  void drop(std::size_t end, std::size_t written);

  /// Takes written_[0, end) away, as it was written; each of `places` within it becomes the place there.
  [[nodiscard]] std::string take_written(std::size_t end, std::vector<std::uint32_t>& places);

  std::string written_;                      ///< In no piece yet, with the spaces of append_gap().
  std::deque<std::size_t> gaps_{};           ///< Where these are; ascending.
  std::string left_;                         ///< What became of it.
  std::deque<markup::Stretch> stretches_{};  ///< Stretches of written_ and left_, as far as that is known.
  std::optional<markup::Cleaner> cleaner_{};
  bool finished_ = false;
};

}  // namespace antiphon::text
