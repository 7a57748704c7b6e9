#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace antiphon::text::markup {

/// What a line is by its marker.
enum class Block : std::uint8_t { kText, kItem, kHeading, kTable, kCode };

/// Inside text/markup only: what is known of a line of a text when it ends, so that it can be said whether its end
/// parts what is spoken (a heading, an item, a verse) or only wraps it.
class Line {
 public:
  void begin(Block block);
  void take(char32_t c);
  [[nodiscard]] Block block() const { return block_; }
  [[nodiscard]] bool empty() const { return characters_ == 0; }
  /// Whether a clause ends between this line and one of kind `next` that begins with `first`.
  [[nodiscard]] bool ends_before(Block next, char32_t first) const;

 private:
  Block block_ = Block::kText;
  std::size_t characters_ = 0;  ///< Without white space.
  std::size_t words_ = 0;
  char32_t first_ = 0;
  char32_t last_ = 0;  ///< That is no closing quote or bracket.
  bool after_space_ = true;
  std::string word_;  ///< The last one, as far as it is ASCII; in small letters.
};

}  // namespace antiphon::text::markup
