#include "engine/kokoro/front/alphabet.h"

#include <array>
#include <span>

namespace antiphon::engine::kokoro::front {
namespace {

using Text = std::u32string_view;

struct Rule {
  Text from;
  Text to;
};

constexpr char32_t kTie = U'^';
constexpr char32_t kSyllabic = U'\u0329';  // Stands behind a consonant that is a syllable.
constexpr char32_t kSchwaBefore = U'\u1D4A';

std::u32string replaced(std::u32string text, std::span<const Rule> rules) {
  for (const auto& [from, to] : rules) {
    for (auto at = text.find(from); at != std::u32string::npos; at = text.find(from, at + to.size())) {
      text.replace(at, from.size(), to);
    }
  }
  return text;
}

/// A syllabic consonant as a short schwa and the consonant.
std::u32string with_schwas(Text text) {
  std::u32string out;
  for (const auto c : text) {
    if (c != kSyllabic) {
      out += c;
    } else if (!out.empty() && out.back() != U' ') {
      out.insert(out.size() - 1, 1, kSchwaBefore);
    }
  }
  return out;
}

// What is composed in the alphabet comes decomposed.
constexpr std::array kComposed = {Rule{U"c\u0327", U"\u00E7"}};

constexpr std::array kEnglish = {Rule{U"\u0294\u02CCn\u0329", U"\u0294n"},
                                 Rule{U"\u0294n\u0329", U"\u0294n"},
                                 Rule{U"a^\u026A", U"I"},
                                 Rule{U"a^\u028A", U"W"},
                                 Rule{U"d^\u0292", U"\u02A4"},
                                 Rule{U"e^\u026A", U"A"},
                                 Rule{U"t^\u0283", U"\u02A7"},
                                 Rule{U"\u0254^\u026A", U"Y"},
                                 Rule{U"\u0259^l", U"\u1D4Al"},
                                 Rule{U"\u02B2o", U"jo"},
                                 Rule{U"\u02B2\u0259", U"j\u0259"},
                                 Rule{U"\u02B2", U""},
                                 Rule{U"e^\u0259", U"\u025B\u02D0"},
                                 Rule{U"e\u0259", U"\u025B\u02D0"},
                                 Rule{U"e", U"A"},
                                 Rule{U"\u025A", U"\u0259\u0279"},
                                 Rule{U"r", U"\u0279"},
                                 Rule{U"x", U"k"},
                                 Rule{U"\u00E7", U"k"},
                                 Rule{U"\u0250", U"\u0259"},
                                 Rule{U"\u026C", U"l"},
                                 Rule{U"\u0303", U""}};
constexpr std::array kBritish = {Rule{U"i\u0259", U"\u026A\u0259"}, Rule{U"\u0259^\u028A", U"Q"}};
constexpr std::array kAmerican = {Rule{U"o^\u028A", U"O"}, Rule{U"\u025C\u02D0\u0279", U"\u025C\u0279"},
                                  Rule{U"\u025C\u02D0", U"\u025C\u0279"}, Rule{U"\u026A\u0259", U"i\u0259"},
                                  Rule{U"\u02D0", U""}};
constexpr std::array kEnglishEnd = {Rule{U"o", U"\u0254"}, Rule{U"\u027E", U"T"}, Rule{U"\u0294", U"t"},
                                    Rule{Text(&kTie, 1), U""}};

// In the order of misaki's, by code points.
constexpr std::array kCommon = {Rule{U"a^\u026A", U"I"},
                                Rule{U"a^\u028A", U"W"},
                                Rule{U"d^z", U"\u02A3"},
                                Rule{U"d^\u0292", U"\u02A4"},
                                Rule{U"e^\u026A", U"A"},
                                Rule{U"o^\u028A", U"O"},
                                Rule{U"s^s", U"S"},
                                Rule{U"t^s", U"\u02A6"},
                                Rule{U"t^\u0283", U"\u02A7"},
                                Rule{U"\u0254^\u026A", U"Y"},
                                Rule{U"\u0259^\u028A", U"Q"},
                                Rule{Text(&kTie, 1), U""},
                                Rule{U"-", U""}};

}  // namespace

std::u32string english_alphabet(Text ipa, hibari::Accent accent) {
  auto text = replaced(replaced(std::u32string(ipa), kComposed), kEnglish);
  text = with_schwas(text);
  text =
      accent == hibari::Accent::kBritish ? replaced(std::move(text), kBritish) : replaced(std::move(text), kAmerican);
  return replaced(std::move(text), kEnglishEnd);
}

std::u32string common_alphabet(Text ipa) { return replaced(replaced(std::u32string(ipa), kComposed), kCommon); }

std::u32string written_alphabet(Text decomposed) { return replaced(std::u32string(decomposed), kComposed); }

}  // namespace antiphon::engine::kokoro::front
