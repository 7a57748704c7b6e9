#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/hibari/table.h"
#include "engine/hibari/token.h"

namespace antiphon::engine::hibari {

/// Cuts a text into words and marks where the tagger's training data has them cut: marks are peeled off both ends of
/// what stands between white space, clitics are parted ("do", "n't"), and hyphens and slashes cut within.
class Tokenizer {
 public:
  /// `special`: texts, with the parts that each is cut into, one after another with a tabulator between.
  explicit Tokenizer(Table special) : special_(std::move(special)) {}

  [[nodiscard]] std::vector<Token> cut(std::u32string_view text) const;

 private:
  using Parts = std::vector<std::u32string>;
  [[nodiscard]] bool add_special(std::u32string_view text, Parts& parts) const;
  [[nodiscard]] Parts split(std::u32string_view chunk) const;
  [[nodiscard]] Parts rejoin(const Parts& parts) const;

  Table special_;
};

}  // namespace antiphon::engine::hibari
