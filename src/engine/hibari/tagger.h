#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/hibari/table.h"
#include "engine/hibari/token.h"

namespace antiphon::engine::hibari {

struct TaggerData {
  std::vector<std::string> names;  ///< Names of the parts of speech; the weights name them by their places here.
  Table sure;                      ///< Words to the one part of speech that they nearly always are.
  Table known;                     ///< Words that the weights know; the values are empty.
  Table weights;                   ///< Features to pairs of a part of speech and its weight, in tenths: "3 -17 12 40".
};

/// Says which part of speech each word is: an averaged perceptron, word by word from left to right.
class Tagger {
 public:
  explicit Tagger(TaggerData data) : data_(std::move(data)) {}

  void tag(std::span<Token> tokens) const;

 private:
  [[nodiscard]] std::string seen_as(std::u32string_view word) const;
  [[nodiscard]] std::string best_of(std::span<const std::string> features) const;

  TaggerData data_;
};

}  // namespace antiphon::engine::hibari
