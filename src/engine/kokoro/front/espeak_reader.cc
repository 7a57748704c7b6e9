#include "engine/kokoro/front/espeak_reader.h"

#include <optional>
#include <vector>

#include "engine/hibari/characters.h"
#include "engine/kokoro/front/alphabet.h"

namespace antiphon::engine::kokoro::front {
namespace {

constexpr std::u32string_view kMarks = U";:,.!?\u00A1\u00BF\u2014\u2026\"\u00AB\u00BB\u201C\u201D(){}[]";

/// As the alphabet has a mark.
char32_t in_alphabet(char32_t mark) {
  if (mark == U'\u00AB') return U'\u201C';
  if (mark == U'\u00BB') return U'\u201D';
  return mark;
}

Result<std::u32string> ipa_of(const phonemizer::Phonemizer& phonemizer, std::string_view text,
                              const std::string& voice) {
  const auto clauses = phonemizer.phonemise(text, voice, phonemizer::Ties::kMarked);
  if (!clauses) return std::unexpected(Error{Errc::kEngineFailure, clauses.error().message});
  std::u32string joined;
  for (const auto& clause : *clauses) append_sound(joined, clause.phonemes);
  return joined;
}

/// One after another, what lies between marks and the marks.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : text_(text), decoded_(hibari::decoded(text)) {}

  [[nodiscard]] bool done() const { return at_ == decoded_.text.size(); }
  /// A mark or a space as the alphabet has it; nullopt where words begin.
  [[nodiscard]] std::optional<char32_t> take_sign() {
    const auto c = decoded_.text[at_];
    if (hibari::is_space(c)) return ++at_, U' ';
    if (!is_mark(at_)) return std::nullopt;
    ++at_;
    return in_alphabet(c);
  }
  /// Everything up to the next mark, without white space at its end; not empty where take_sign() has none.
  struct Words {
    std::string_view text;
    std::size_t begin = 0;
  };
  [[nodiscard]] Words take_words() {
    const auto begin = at_;
    while (!done() && !is_mark(at_)) ++at_;
    while (hibari::is_space(decoded_.text[at_ - 1])) --at_;
    const auto from = decoded_.offsets[begin];
    return {.text = text_.substr(from, decoded_.offsets[at_] - from), .begin = from};
  }

 private:
  [[nodiscard]] bool is_mark(std::size_t at) const {
    const auto& text = decoded_.text;
    if (!kMarks.contains(text[at])) return false;
    const bool within =
        at > 0 && at + 1 < text.size() && hibari::is_digit(text[at - 1]) && hibari::is_digit(text[at + 1]);
    return !within || !std::u32string_view(U".,:").contains(text[at]);
  }

  std::string_view text_;
  hibari::Decoded decoded_;
  std::size_t at_ = 0;
};

/// Says where words lie that are as many as those of their phonemes; else where they begin and end together.
void note_words(const Cutter::Words& words, std::size_t phoneme_begin, Reading& reading) {
  const auto written = written_words(words.text);
  std::vector<std::pair<std::size_t, std::size_t>> spoken;
  const auto& all = reading.phonemes;
  for (auto at = phoneme_begin; at < all.size();) {
    const auto end = std::min(all.find(U' ', at), all.size());
    if (end > at) spoken.emplace_back(at, end);
    at = end + 1;
  }
  if (written.empty() || spoken.empty()) return;
  const bool each = written.size() == spoken.size();
  for (std::size_t i = 0; i < (each ? written.size() : 1); ++i) {
    const auto& last = each ? written[i] : written.back();
    reading.words.push_back({.text_begin = words.begin + written[i].begin,
                             .text_end = words.begin + last.begin + last.text.size(),
                             .phoneme_begin = spoken[i].first,
                             .phoneme_end = each ? spoken[i].second : spoken.back().second});
  }
}

}  // namespace

Result<Reading> read_between_marks(std::string_view text, const Sound& sound) {
  Reading reading;
  auto& phonemes = reading.phonemes;
  for (Cutter cutter(text); !cutter.done();) {
    if (const auto sign = cutter.take_sign()) {
      const bool again = *sign == U' ' && (phonemes.empty() || phonemes.back() == U' ');
      if (!again) phonemes += *sign;
      continue;
    }
    const auto words = cutter.take_words();
    const auto said = sound(words.text);
    if (!said) return std::unexpected(said.error());
    const auto begin = phonemes.size();
    phonemes += *said;
    note_words(words, begin, reading);
  }
  while (phonemes.ends_with(U' ')) phonemes.pop_back();
  return reading;
}

Result<Reading> read_by_espeak(const phonemizer::Phonemizer& phonemizer, std::string_view text,
                               const std::string& voice) {
  return read_between_marks(text, [&](std::string_view words) -> Result<std::u32string> {
    auto ipa = ipa_of(phonemizer, words, voice);
    if (!ipa) return ipa;
    return common_alphabet(*ipa);
  });
}

Result<std::u32string> EspeakSpeller::read(std::u32string_view word) {
  const bool british = accent_ == hibari::Accent::kBritish;
  auto ipa = ipa_of(phonemizer_, hibari::to_utf8(word), british ? "en" : "en-us");
  if (!ipa) return ipa;
  return english_alphabet(*ipa, accent_);
}

}  // namespace antiphon::engine::kokoro::front
