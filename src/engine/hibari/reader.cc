#include "engine/hibari/reader.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/hibari/characters.h"
#include "engine/hibari/groups.h"

namespace antiphon::engine::hibari {
namespace {

using Text = std::u32string_view;

/// White space is one space, and none before a mark; apostrophes and dashes are those of the lists.
Decoded characters_of(std::string_view text) {
  const auto original = decoded(text);
  Decoded result;
  for (std::size_t i = 0; i < original.text.size(); ++i) {
    const auto c = original.text[i];
    const auto plain = is_space(c)      ? U' '
                       : c == U'\u2019' ? U'\''
                       : c == U'\u2012' ? U'-'
                       : c == U'\u2015' ? U'\u2014'
                                        : c;
    const bool spaced = result.text.ends_with(U' ');
    if (spaced && Text(U",.;:!?").contains(plain)) {
      result.text.pop_back();
      result.offsets.pop_back();
    }
    if (plain == U' ' && (spaced || result.text.empty())) continue;
    result.text += plain;
    result.offsets.push_back(original.offsets[i]);
  }
  result.offsets.push_back(text.size());
  return result;
}

/// What symbols are called that nothing else reads.
Text name_of(char32_t symbol) {
  constexpr std::array<std::pair<char32_t, Text>, 12> kNames = {{
      {U'/', U"sl\u02C8\u00E6\u0283"},
      {U'=', U"\u02C8ikw\u1D4Alz"},
      {U'+', U"pl\u02C8\u028Cs"},
      {U'&', U"\u00E6nd"},
      {U'@', U"\u00E6t"},
      {U'%', U"p\u0259\u0279s\u02C8\u025Bnt"},
      {U'#', U"h\u02C8\u00E6\u0283"},
      {U'*', U"\u02C8\u00E6st\u0259\u0279\u02CC\u026Ask"},
      {U'~', U"t\u02C8\u026Ald\u0259"},
      {U'^', U"k\u02C8\u025B\u0279\u0259t"},
      {U'<', U"l\u02C8\u025Bs \u00F0\u0259n"},
      {U'>', U"\u0261\u0279\u02C8AT\u0259\u0279 \u00F0\u0259n"},
  }};
  const auto* const found = std::ranges::find(kNames, symbol, &std::pair<char32_t, Text>::first);
  if (found != kNames.end()) return found->second;
  return symbol == U'\u2014' ? Text(U"\u2014") : Text();
}

/// More tokens without a space between are no word of a list.
constexpr std::size_t kLongestPart = 24;

/// The length of a run of letters with apostrophes within, of digits, or of marks; 1 for what is neither.
std::size_t run_of(Text text) {
  const auto extend = [&](auto&& belongs) {
    std::size_t end = 0;
    while (end < text.size() && belongs(text[end])) ++end;
    return end;
  };
  if (is_digit(text.front())) {
    auto end = extend([](char32_t c) { return is_digit(c) || c == U',' || c == U'.'; });
    while (!is_digit(text[end - 1])) --end;
    return end;
  }
  if (is_letter_or_numeral(text.front())) {
    return extend([](char32_t c) { return is_letter_or_numeral(c) || is_apostrophe(c); });
  }
  return std::max<std::size_t>(1, extend([](char32_t c) { return !is_alphanumeric(c) && !is_space(c) && c != U'_'; }));
}

void append_word(std::u32string& phonemes, Text word) {
  if (word.empty()) return;
  if (!phonemes.empty()) phonemes += U' ';
  phonemes += word;
}

/// As the model's alphabet has them.
std::u32string in_alphabet(std::u32string phonemes) {
  std::ranges::replace(phonemes, U'\u027E', U'T');
  std::ranges::replace(phonemes, U'\u0294', U't');
  return phonemes;
}

bool is_mark(char32_t c) { return Text(U";:,.!?\u2014\u2026\"()\u201C\u201D ").contains(c); }

/// Takes the phonemes of groups one after another and says where words lie among them.
class Writer {
 public:
  explicit Writer(const Decoded& characters) : characters_(characters) {}

  void add(const Token& token, Text phonemes) {
    if (!within_) begin_ = {token.begin, reading_.phonemes.size()};
    within_ = true;
    reading_.phonemes += phonemes;
    end_ = token.end;
    if (token.space) finish_word();
    if (token.space && !reading_.phonemes.empty()) reading_.phonemes += U' ';
  }

  Reading finish() {
    if (within_) finish_word();
    while (reading_.phonemes.ends_with(U' ')) reading_.phonemes.pop_back();
    return std::move(reading_);
  }

 private:
  void finish_word() {
    within_ = false;
    auto end = reading_.phonemes.size();
    auto begin = begin_.second;
    while (end > begin && is_mark(reading_.phonemes[end - 1])) --end;
    while (begin < end && is_mark(reading_.phonemes[begin])) ++begin;
    if (begin == end) return;
    reading_.words.push_back({.text_begin = characters_.offsets[begin_.first],
                              .text_end = characters_.offsets[end_],
                              .phoneme_begin = begin,
                              .phoneme_end = end});
  }

  const Decoded& characters_;
  Reading reading_;
  bool within_ = false;
  std::pair<std::size_t, std::size_t> begin_;
  std::size_t end_ = 0;
};

}  // namespace

/// What the lists and rules do not read: letters by the network, digits as numbers, symbols by their names.
Result<std::u32string> Reader::spell(const Token& token) {
  std::u32string phonemes;
  for (std::size_t at = 0; at < token.text.size();) {
    const auto rest = Text(token.text).substr(at);
    auto piece = rest.substr(0, run_of(rest));
    at += piece.size();
    if (is_digit(piece.front())) {
      const auto digits = plain(piece);
      append_word(phonemes, parts_.lexicon.read_number({.text = digits, .begins = false}).value_or(U""));
    } else if (is_letter(piece.front())) {
      const auto read = parts_.speller->read(piece);
      if (!read) return read;
      append_word(phonemes, *read);
    } else {
      std::u32string names;
      for (const auto c : piece) names += name_of(c);
      append_word(phonemes, names);
    }
  }
  return phonemes;
}

/// Looks for the longest parts of a group that are known, from its end. False where something cannot be said so.
Result<bool> Reader::say_parts(Group& group, Context& context) {
  std::size_t right = group.size();
  const auto leftmost = [&] { return right - std::min(right, kLongestPart); };
  std::size_t left = leftmost();
  while (left < right) {
    const auto part = std::span(group).subspan(left, right - left);
    const bool free = std::ranges::none_of(part, [](const Token& token) { return token.phonemes.has_value(); });
    const auto whole = merged(part);
    const auto phonemes = free ? parts_.lexicon.read(whole, context) : std::nullopt;
    if (phonemes) {
      for (auto& token : part) token.phonemes = U"";
      part.front().phonemes = phonemes;
      context = context_before(whole, *phonemes, context);
      right = left;
      left = leftmost();
    } else if (left + 1 < right) {
      ++left;
    } else {
      --right;
      auto& token = group[right];
      if (!token.phonemes) {
        if (!is_silent(token)) return false;
        token.phonemes = U"";
      }
      left = leftmost();
    }
  }
  return true;
}

Result<void> Reader::say(Group& group, Context& context) {
  if (group.size() == 1) {
    auto& token = group.front();
    if (!token.phonemes) token.phonemes = parts_.lexicon.read(token, context);
    if (!token.phonemes) {
      auto spelled = spell(token);
      if (!spelled) return std::unexpected(std::move(spelled.error()));
      token.phonemes = std::move(*spelled);
    }
    context = context_before(token, *token.phonemes, context);
    return {};
  }
  const auto said = say_parts(group, context);
  if (!said) return std::unexpected(said.error());
  if (*said) {
    settle(group);
    return {};
  }
  auto spelled = spell(merged(group));
  if (!spelled) return std::unexpected(std::move(spelled.error()));
  for (auto& token : group) token.phonemes = U"";
  group.front().phonemes = std::move(*spelled);
  return {};
}

Result<Reading> Reader::read(std::string_view text) {
  if (text.size() > kMostBytes) return std::unexpected(Error{Errc::kSegmentTooLong, "the text is too long to be read"});
  const auto characters = characters_of(text);
  auto tokens = parts_.tokenizer.cut(characters.text);
  parts_.tagger.tag(tokens);
  auto groups = grouped(tokens);
  Context context;
  for (std::size_t i = groups.size(); i > 0; --i) {
    if (auto said = say(groups[i - 1], context); !said) return std::unexpected(std::move(said.error()));
  }
  Writer writer(characters);
  for (const auto& group : groups) writer.add(merged(group), in_alphabet(phonemes_of(group)));
  return writer.finish();
}

}  // namespace antiphon::engine::hibari
