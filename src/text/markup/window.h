#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace antiphon::text::markup {

/// Inside text/markup only: what has come of a text and is not decided yet. A decision that looks behind its end before
/// the text has ended is none: it is made again when more is there. So no decision depends on how the text was cut.
class Window {
 public:
  void append(std::string_view utf8) { text_ += utf8; }
  void end() { ended_ = true; }
  [[nodiscard]] bool empty() const { return begin_ == text_.size(); }
  [[nodiscard]] bool is(std::string_view utf8) const { return std::string_view(text_).substr(begin_) == utf8; }

  /// The byte `offset` bytes on; 0 behind the end.
  [[nodiscard]] char at(std::size_t offset) const;
  /// The code point that begins there, and how many bytes it has; 0 and 0 behind the end.
  struct Character {
    char32_t c = 0;
    std::size_t bytes = 0;
  };
  [[nodiscard]] Character decode(std::size_t offset) const;
  [[nodiscard]] bool starts_with(std::string_view ascii_lower, std::size_t offset = 0) const;
  [[nodiscard]] std::string_view text(std::size_t offset, std::size_t size) const {
    return std::string_view(text_).substr(begin_ + offset, size);
  }

  /// Whether something behind the end was asked for since the last call of consume() or retry().
  [[nodiscard]] bool starved() const { return starved_; }
  /// How often a byte or code point was asked for so far. That is what it costs to decide.
  [[nodiscard]] std::size_t looks() const { return looks_; }
  void retry() { starved_ = false; }
  void consume(std::size_t bytes);
  /// Frees what was consumed.
  void shrink();

 private:
  std::string text_;
  std::size_t begin_ = 0;
  bool ended_ = false;
  mutable bool starved_ = false;
  mutable std::size_t looks_ = 0;
};

}  // namespace antiphon::text::markup
