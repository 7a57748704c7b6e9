#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/hibari/stress.h"
#include "engine/hibari/table.h"
#include "engine/hibari/token.h"

namespace antiphon::engine::hibari {

/// What follows a word, which changes how some are said: "the", "to", "used".
struct Context {
  std::optional<bool> vowel;  ///< Whether the next sound is a vowel; nothing at a mark and at the end.
  bool to = false;            ///< Whether the next word is "to".
};

/// Whose English is spoken. Britons do not flap a t, and say the i of an ending as in "pit".
enum class Accent : std::uint8_t { kAmerican, kBritish };

/// How words are said in English, by two lists, by what they are made of (plurals, past tenses, letters,
/// numbers) and by their part of speech. The rules are those with which misaki 0.9 made what the model was trained on.
/// Any thread.
class Lexicon {
 public:
  using Phonemes = std::optional<std::u32string>;

  /// The value of a word is its phonemes, or parts of speech with theirs: "DEFAULT=..." and others, with tabulators
  /// between; one without phonemes is spelled.
  struct Data {
    Table words;       ///< Preferred.
    Table more_words;  ///< Where `words` lacks one.
    Accent accent = Accent::kAmerican;
  };
  explicit Lexicon(Data data) : data_(std::move(data)) {}

  /// Nothing where the word is unknown.
  [[nodiscard]] Phonemes read(const Token& token, const Context& context) const;

  /// Digits with commas and a point, and perhaps an ending ("90s", "3rd"). `currency` is one of "$", pound and euro, or
  /// 0. `begins`: see Token.
  struct Number {
    std::u32string_view text;
    char32_t currency = 0;
    bool begins = true;
  };
  [[nodiscard]] Phonemes read_number(Number number) const;

 private:
  struct Word {
    std::u32string_view text;
    std::string_view tag = {};
    Stress stress = Stress::kKeep;
    const Context* context = nullptr;
    [[nodiscard]] Word with(std::u32string_view other) const { return {other, tag, stress, context}; }
  };

  [[nodiscard]] std::optional<std::string_view> entry(const Table& table, std::u32string_view word) const;
  [[nodiscard]] bool in_words(std::u32string_view word) const { return entry(data_.words, word).has_value(); }
  [[nodiscard]] bool in_lists(std::u32string_view word) const;
  [[nodiscard]] bool is_known(std::u32string_view word) const;
  [[nodiscard]] Phonemes look_up(const Word& word) const;
  [[nodiscard]] Phonemes look_up(std::u32string_view word, Stress stress = Stress::kKeep) const {
    return look_up(Word{.text = word, .stress = stress});
  }
  [[nodiscard]] Phonemes spelled(std::u32string_view word) const;
  [[nodiscard]] Phonemes special(const Word& word) const;
  [[nodiscard]] Phonemes function_word(const Word& word) const;
  [[nodiscard]] Phonemes inflected(const Word& word) const;
  [[nodiscard]] Phonemes with_s(const Word& word) const;
  [[nodiscard]] Phonemes with_ed(const Word& word) const;
  [[nodiscard]] Phonemes with_ing(const Word& word) const;
  [[nodiscard]] Phonemes add_s(Phonemes stem) const;
  [[nodiscard]] Phonemes add_ed(Phonemes stem) const;
  [[nodiscard]] Phonemes add_ing(Phonemes stem) const;
  [[nodiscard]] bool is_small_word(const Word& word) const;
  [[nodiscard]] Phonemes read_word(Word word) const;

  Data data_;
};

/// Whether a text is made of digits as Lexicon::Number has them.
[[nodiscard]] bool is_number(std::u32string_view text, bool begins);

}  // namespace antiphon::engine::hibari
