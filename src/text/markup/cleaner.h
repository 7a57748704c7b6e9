#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "text/characters/signs.h"
#include "text/markup/lines.h"
#include "text/markup/options.h"
#include "text/markup/tags.h"
#include "text/markup/window.h"

/// What is in a text that nobody says: layout, markup, tags, forms of letters. Pure.
namespace antiphon::text::markup {

/// A stretch of a text as it was written and what it became, in bytes. Where both are equal it is the same text.
struct Stretch {
  std::uint32_t written = 0;
  std::uint32_t clean = 0;
  friend bool operator==(const Stretch&, const Stretch&) = default;
};

/// What of a text is not said, in bytes of the text as it was written.
struct LeftOut {
  enum class Why : std::uint8_t {
    kTag,         ///< A tag of HTML or SSML, which may have done something.
    kUnknownTag,  ///< A tag that nothing is known of.
    kComment,     ///< <!-- -->
    kLink,        ///< The target of a link, or a note.
    kAddress,     ///< An address of the web, of which only the host is said.
    kEmoji,
    kAction,  ///< "*sighs*" and the like.
  };
  Why why = Why::kTag;
  std::size_t begin = 0;
  std::size_t size = 0;
  friend bool operator==(const LeftOut&, const LeftOut&) = default;
};

/// What a Cleaner makes of a text. The stretches follow each other without gaps.
struct Clean {
  static constexpr std::size_t kMostLeftOut = 256;

  std::string text;
  std::vector<Stretch> stretches;
  std::vector<LeftOut> left_out;     ///< The first kMostLeftOut of them.
  std::size_t further_left_out = 0;  ///< Number of the others.
};

/// Makes of a text as chat programs, web pages and users of SSML write it the words and marks that are spoken, while it
/// comes: Markdown and HTML are stripped, a line's end that parts what is spoken becomes the end of a paragraph and one
/// that only wraps a space, compatibility forms of Unicode become plain, and what asks for a pause becomes its sign
/// (characters/signs.h). What it makes depends on the text and the places of flush() alone, not on how it was cut.
/// Linear in the text; holds at most some kilobytes of it back. One thread at a time.
class Cleaner {
 public:
  explicit Cleaner(const Options& options) : options_(options) {}

  /// More of the text, valid UTF-8; appends what it decides to `out`.
  void append(std::string_view utf8, Clean& out);
  /// Decides what is held back as if the text ended here, though more may come.
  void flush(Clean& out);
  /// Whether something that may be spoken is held back.
  [[nodiscard]] bool holds() const { return !window_.empty(); }
  /// Whether that is but a "!", which ends a word unless an image follows.
  [[nodiscard]] bool holds_mark() const { return window_.is("!"); }
  /// How often a byte or code point of the text was looked at so far. That is what it costs.
  [[nodiscard]] std::size_t looks() const { return looks_ + window_.looks(); }

 private:
  /// What is being skipped, or read in another way than text.
  enum class Mode : std::uint8_t { kText, kAddress, kDropLine };

  void run(Clean& out);
  /// Decides the begin of the window. False, and nothing is done, where more of the text is needed for that.
  bool step();
  bool step_mode();
  bool step_space(char32_t c, std::size_t bytes);
  bool begin_line();
  bool step_inline(char32_t c, std::size_t bytes);
  bool step_bracket();
  bool step_tag();
  /// A code span ends, or one begins whose end is known.
  bool step_backtick();
  bool step_entity();
  bool step_emphasis(char sign);
  bool step_table_bar();
  bool step_address();
  bool step_letter(char32_t c, std::size_t bytes);
  /// Whether a letter stands right behind a mark that ends a sentence or a clause, as in "there.How".
  [[nodiscard]] bool lacks_space(char32_t c, std::size_t bytes) const;
  /// Where a link's label ends what is behind it is not read.
  void end_label();
  /// False where more of the text is needed.
  bool open(const Tag& tag);
  void open_alias(const Tag& tag, std::string_view instead, std::size_t content);
  void pause(base::Duration length, std::size_t written);
  /// As put(), of a sign between characters that are none of its neighbours' business.
  void put_sign(std::string_view sign, std::size_t written);
  void change_prosody(const Tag& tag);
  void say_as(const Tag& tag);
  void settle_gap(Block next, char32_t first);

  /// `written` bytes of the window became `clean`.
  void put(std::string_view clean, std::size_t written);
  void skip(std::size_t written);
  /// Notes what is not said: `size` bytes from `offset` bytes of the window on.
  void leave_out(LeftOut::Why why, std::size_t size, std::size_t offset = 0);

  Options options_;
  Window window_;
  Clean* out_ = nullptr;  ///< During a call only.
  Mode mode_ = Mode::kText;
  std::size_t depth_ = 0;     ///< Depth of the brackets of an address.
  char32_t last_ = 0;         ///< That was put; 0 at the begin of the text.
  char32_t raw_last_ = '\n';  ///< That was read.
  bool parts_word_ = false;   ///< Something was left out behind the last character.
  std::size_t small_ = 0;     ///< Small letters in a row, before the marks that came last.
  bool spells_ = false;       ///< <say-as interpret-as="characters">
  bool says_as_ = false;      ///< <say-as>, of what the reading knows
  characters::Prosody prosody_{};
  characters::Prosody put_prosody_{};  ///< Whose sign was put last.
  static constexpr std::size_t kMostProsodies = 8;
  std::vector<characters::Prosody> prosodies_{};  ///< Around each <prosody> that is open; kMostProsodies at most.
  std::size_t further_prosodies_ = 0;             ///< Those that are open within, and change nothing.
  char fence_ = 0;                                ///< The sign of the fence whose code this is; 0 where it is none.
  std::size_t code_end_ = 0;                      ///< Where, in bytes of the text, a code span ends; 0: there is none.
  bool line_begins_ = true;
  Block block_ = Block::kText;  ///< Kind of the line that begins.
  Line line_;
  std::size_t item_ = 0;    ///< Number of the last item that had one.
  std::size_t breaks_ = 0;  ///< Ends of lines since the last character; 2: of a paragraph.
  bool spaced_ = true;      ///< A space was put since.
  std::size_t consumed_ = 0;
  std::size_t looks_ = 0;  ///< At windows before this one.
  /// The label of a link.
  struct Label {
    std::size_t end = 0;   ///< In bytes of the text.
    std::size_t tail = 0;  ///< Bytes from there on that are not read.
  };
  static constexpr std::size_t kMostLabels = 4;
  std::vector<Label> labels_{};  ///< The outermost one first; kMostLabels at most.
};

}  // namespace antiphon::text::markup
