#include "text/reading/reading.h"

#include "text/characters/characters.h"
#include "text/characters/signs.h"
#include "text/reading/english_rules.h"
#include "text/reading/punctuation.h"
#include "text/reading/source.h"

namespace antiphon::text::reading {
namespace {

// The first one that knows a place decides, so that those of the most
// particular forms come first.
constexpr Rule kEnglishWords[] = {english::repeated_letters, english::money,       english::date,
                                  english::host_name,        english::telephone,   english::identifier,
                                  english::clock_time,       english::measure,     english::fraction_sign,
                                  english::ordinal_number,   english::year_number, english::range,
                                  english::plain_number,     english::roman,       english::abbreviation};

/// Of texts longer than a segment the rest is left as it is: nothing makes
/// such.
constexpr std::size_t kMostBytes = std::size_t{256} << 10;

/// Letters and digits of what was read stand apart from those of the text.
std::string apart(const Source& source, std::string_view before, Match& match) {
  if (match.spoken.empty()) return {};
  const auto first = match.spoken.front();
  const bool word = is_letter(first) || is_digit(first);
  const auto last_spoken = match.spoken.back();
  if ((is_letter(last_spoken) || is_digit(last_spoken)) && source.is_word(match.end)) match.spoken += ' ';
  auto end = before.size();
  if (!word || end == 0) return match.spoken;
  const char32_t last = characters::decode_previous(before, end);
  const bool joins = characters::is_letter(last) || characters::is_digit(last);
  return joins ? ' ' + match.spoken : match.spoken;
}

/// `matched_end`: where the last match ended; what follows it begins a word of its own.
std::optional<Match> english_match(const Source& source, std::size_t at, std::size_t matched_end) {
  const char c = source[at];
  const bool may_begin =
      static_cast<unsigned char>(c) >= 0x80U || is_letter(c) || is_digit(c) || std::string_view("$+-(.'").contains(c);
  if (may_begin && (at == matched_end || !source.is_word_before(at))) {
    for (const auto rule : kEnglishWords) {
      if (auto match = rule(source, at)) return match;
    }
  }
  return is_letter(c) ? std::nullopt : english::sign(source, at);
}

}  // namespace

Language language_of(std::string_view tag) {
  return lower(tag.substr(0, tag.find_first_of("-_"))) == "en" ? Language::kEnglish : Language::kOther;
}

void Reading::add(std::string_view written) { add(written.size(), written); }

void Reading::add(std::size_t written, std::string_view spoken) {
  spoken_ += spoken;
  const Stretch stretch{.written = static_cast<std::uint32_t>(written),
                        .spoken = static_cast<std::uint32_t>(spoken.size())};
  const bool same = stretch.written == stretch.spoken;
  if (same && !stretches_.empty() && stretches_.back().written == stretches_.back().spoken) {
    stretches_.back().written += stretch.written;
    stretches_.back().spoken += stretch.spoken;
  } else {
    stretches_.push_back(stretch);
  }
}

std::optional<std::uint32_t> Reading::written_place(std::uint32_t spoken) const {
  std::uint32_t written_before = 0;
  std::uint32_t spoken_before = 0;
  for (const auto& stretch : stretches_) {
    if (spoken <= spoken_before + stretch.spoken) {
      const auto within = spoken - spoken_before;
      if (within == 0) return written_before;
      if (stretch.written == stretch.spoken) return written_before + within;
      return within == stretch.spoken ? std::optional(written_before + stretch.written) : std::nullopt;
    }
    written_before += stretch.written;
    spoken_before += stretch.spoken;
  }
  return written_before;
}

Reading read(std::string_view segment, Language language) {
  Reading reading;
  const Source source(segment.substr(0, kMostBytes));
  std::size_t matched_end = 0;
  for (std::size_t at = 0; at < source.size();) {
    auto next = at;
    const char32_t c = characters::decode_next(source.text(), next);
    if (c == characters::kPhonemesBegin) {
      std::string end;
      characters::append(end, characters::kPhonemesEnd);
      const auto found = segment.find(end, at);
      next = found == std::string_view::npos ? source.size() : found + end.size();
      reading.add(source.slice(at, next));
      at = next;
      continue;
    }
    auto match = language == Language::kEnglish ? english_match(source, at, matched_end) : std::nullopt;
    // The bracket of "Call (555) 123-4567" opens no aside.
    const bool number_follows = language == Language::kEnglish && c == ' ' && source[next] == '(' &&
                                english::telephone(source, next).has_value();
    if (match) {
      auto spoken = apart(source, reading.spoken(), *match);
      reading.add(match->end - at, spoken);
      matched_end = match->end;
    } else if (!number_follows && (match = pause_mark(source, at, reading.spoken()))) {
      reading.add(match->end - at, match->spoken);
    } else {
      if (is_letter(source[at])) next = source.letters_end(at);
      match = Match{.end = next};
      reading.add(source.slice(at, next));
    }
    at = match->end;
  }
  return reading;
}

}  // namespace antiphon::text::reading
