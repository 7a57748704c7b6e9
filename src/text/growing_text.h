#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/segmenter.h"
#include "text/sentences.h"
#include "text/text.h"

namespace antiphon::text {

/// How much of a text that may go on is cut off, and as what.
enum class Flush : std::uint8_t {
  kAll,       ///< Everything, as if the text ended here.
  kWords,     ///< Everything but a word or a number that may go on, such as "mor" of "morning" or "$3." of "$3.50".
  kSentence,  ///< Everything, and a sentence ends here whatever its last mark is.
};

/// A text that comes in pieces, as a language model writes it, cut into segments as soon as what has come decides them:
/// a sentence when the next one begins, the first clause when it is long enough, and what grows too long for a segment.
/// The segments depend on the text, the options and the places of flush() alone: it is read code point by code point,
/// so how it was cut into pieces makes no difference.
class GrowingText {
 public:
  explicit GrowingText(const Options& options);

  /// Adds `utf8`, which need not be normalised, and appends what it completes to `out`. Errors: kInvalidUtf8; nothing
  /// of it is taken then.
  [[nodiscard]] Result<void> append(std::string_view utf8, std::vector<Segment>& out);
  /// Appends what has come and is in no segment yet, as far as `how` says. A sentence that ends here has its pause.
  void flush(std::vector<Segment>& out, Flush how = Flush::kAll);
  /// The same for the last words of the text, which no pause follows.
  void finish(std::vector<Segment>& out);

  /// What has come and is in no segment yet, in units of spoken_length(). Bounded: not far above the longest segment.
  [[nodiscard]] std::size_t pending() const { return length_; }
  /// How often append() has looked at all that is pending for a place to cut. That is what it costs.
  [[nodiscard]] std::size_t decisions() const { return decisions_; }
  /// The bytes that it has looked at for that, those that it has looked at again included.
  [[nodiscard]] std::size_t considered() const { return considered_; }

 private:
  /// What may have ended since the text was last looked at. A higher one includes the lower ones.
  enum class Mark : std::uint8_t {
    kNone,
    kClause,    ///< A clause, or its part before a comma.
    kStop,      ///< A sentence, at a full stop, unless it goes on in a small letter.
    kSentence,  ///< A sentence or a line.
  };

  [[nodiscard]] static Mark mark_of(char32_t c);
  void take(char32_t c, std::string_view bytes, std::vector<Segment>& out);
  /// Whether a cut may be due at `letter`, the first one behind the mark.
  [[nodiscard]] bool may_cut(char32_t letter) const;
  /// Does what decide() does where nothing is cut.
  void pass();
  /// Cuts off what is decided.
  void decide(std::vector<Segment>& out);
  /// `rest` is the beginning of a sentence that goes on.
  void keep(std::string_view rest, std::vector<Segment>& out);
  void clear();
  /// The text is `word` so far; it is the end of what was cut.
  void begin_with(std::string word);

  /// What follows is spoken so.
  void enter(const SentenceState& state);

  Options options_;
  SentenceState state_{};   ///< State of the text before text_.
  std::size_t limit_;       ///< End of the prosody there.
  std::string text_;        ///< In no segment yet; its decided part is normalised.
  std::size_t length_ = 0;  ///< About its spoken_length(); white space in a row counts once.
  std::size_t overlong_;    ///< Length from which on it is cut wherever that is best.
  std::size_t spaces_ = 0;  ///< White space in a row at its end.
  Mark mark_ = Mark::kNone;
  bool awaits_word_ = false;     ///< What follows the mark is decided when the word there has ended.
  bool nothing_cut_yet_ = true;  ///< No segment has come of it.
  std::size_t decisions_ = 0;
  std::size_t considered_ = 0;
};

}  // namespace antiphon::text
