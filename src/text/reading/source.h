#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "text/characters/ascii.h"

namespace antiphon::text::reading {

/// Inside text/reading only: a text to be read, with safe access to its bytes.
class Source {
 public:
  explicit Source(std::string_view text) : text_(text) {}
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::size_t size() const { return text_.size(); }
  /// The byte at `at`; 0 outside.
  [[nodiscard]] char operator[](std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  [[nodiscard]] bool has(std::size_t at, std::string_view what) const {
    return at <= text_.size() && text_.substr(at).starts_with(what);
  }
  /// Empty behind the end.
  [[nodiscard]] std::string_view slice(std::size_t begin, std::size_t end) const {
    return begin < text_.size() ? text_.substr(begin, end - begin) : std::string_view();
  }
  /// The end of the run of ASCII digits that begins at `at`, at most
  /// kMostDigits of them.
  [[nodiscard]] std::size_t digits_end(std::size_t at) const;
  /// The end of the run of ASCII letters that begins at `at`.
  [[nodiscard]] std::size_t letters_end(std::size_t at) const;
  /// Whether a letter or digit of any script stands there.
  [[nodiscard]] bool is_word(std::size_t at) const;
  /// Whether one stands before `at`.
  [[nodiscard]] bool is_word_before(std::size_t at) const;
  /// The ASCII word before `at`, behind at most one full stop and spaces; empty
  /// where there is none.
  [[nodiscard]] std::string_view word_before(std::size_t at) const;
  /// The ASCII word behind `at` and spaces.
  [[nodiscard]] std::string_view word_behind(std::size_t at) const;
  /// Behind the spaces at `at`.
  [[nodiscard]] std::size_t skip_spaces(std::size_t at) const;

 private:
  std::string_view text_;
};

inline constexpr std::size_t kMostDigits = 64;

/// What the text from a place to `end` is read as.
struct Match {
  std::size_t end = 0;
  std::string spoken;
};
using Rule = std::optional<Match> (*)(const Source& source, std::size_t at);

using characters::ascii::is_digit;
using characters::ascii::is_letter;
using characters::ascii::is_lower;
using characters::ascii::is_upper;
using characters::ascii::lower;
/// The length in bytes of a hyphen, minus or dash at `at`; 0 where there is
/// none.
[[nodiscard]] std::size_t dash_at(const Source& source, std::size_t at);
/// The same of a minus that is one: before a number, and behind no word.
[[nodiscard]] std::size_t minus_at(const Source& source, std::size_t at);

}  // namespace antiphon::text::reading
