#include <array>

#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

struct Vulgar {
  std::string_view sign;
  std::uint64_t numerator;
  std::uint64_t denominator;
};

constexpr std::array kVulgar = {Vulgar{"\u00BD", 1, 2}, Vulgar{"\u00BC", 1, 4}, Vulgar{"\u00BE", 3, 4},
                                Vulgar{"\u2153", 1, 3}, Vulgar{"\u2154", 2, 3}, Vulgar{"\u2155", 1, 5},
                                Vulgar{"\u2156", 2, 5}, Vulgar{"\u2157", 3, 5}, Vulgar{"\u2158", 4, 5},
                                Vulgar{"\u2159", 1, 6}, Vulgar{"\u215A", 5, 6}, Vulgar{"\u215B", 1, 8},
                                Vulgar{"\u215C", 3, 8}, Vulgar{"\u215D", 5, 8}, Vulgar{"\u215E", 7, 8},
                                Vulgar{"\u2150", 1, 7}, Vulgar{"\u2151", 1, 9}, Vulgar{"\u2152", 1, 10}};

const Vulgar* vulgar_at(const Source& source, std::size_t at) {
  for (const auto& one : kVulgar) {
    if (source.has(at, one.sign)) return &one;
  }
  return nullptr;
}

std::string mixed(std::string_view whole, std::uint64_t numerator, std::uint64_t denominator) {
  auto part = fraction(numerator, denominator);
  if (numerator == 1) part.replace(0, 3, "a");
  if (part.starts_with("a eigh") || part.starts_with("a eleven")) part.insert(1, "n");
  return cardinal(whole) + " and " + part;
}

struct Slashed {
  std::size_t end = 0;
  std::uint64_t numerator = 0;
  std::uint64_t denominator = 0;
};

/// "3/4" with up to three digits each.
std::optional<Slashed> slashed_at(const Source& source, std::size_t at) {
  const auto middle = source.digits_end(at);
  const std::size_t sign = source[middle] == '/' ? 1 : source.has(middle, "\u2044") ? 3 : 0;
  const bool is_last = at > 0 && source[at - 1] == '/';
  if (middle == at || middle > at + 3 || sign == 0 || is_last) return std::nullopt;
  const auto begin = middle + sign;
  const auto end = source.digits_end(begin);
  const auto suffix = lower(source.slice(end, source.letters_end(end)));
  const bool ordinal = suffix == "th" || suffix == "ths" || suffix == "rd" || suffix == "rds";
  const auto behind = ordinal ? end + suffix.size() : end;
  if (end == begin || end > begin + 3 || source.is_word(behind) || source[behind] == '/') return std::nullopt;
  const Slashed slashed{.end = behind,
                        .numerator = value_of(source.slice(at, middle)),
                        .denominator = value_of(source.slice(begin, end))};
  return slashed.denominator == 0 ? std::nullopt : std::optional(slashed);
}

}  // namespace

std::optional<Match> fraction_sign(const Source& source, std::size_t at) {
  if (const auto* const sign = vulgar_at(source, at)) {
    return Match{.end = at + sign->sign.size(), .spoken = fraction(sign->numerator, sign->denominator)};
  }
  const auto whole_end = source.digits_end(at);
  if (whole_end == at) return std::nullopt;
  const auto whole = source.slice(at, whole_end);
  const auto behind = source[whole_end] == ' ' ? whole_end + 1 : whole_end;
  if (const auto* const sign = vulgar_at(source, behind)) {
    return Match{.end = behind + sign->sign.size(), .spoken = mixed(whole, sign->numerator, sign->denominator)};
  }
  if (behind > whole_end && whole.size() <= 3) {
    const auto part = slashed_at(source, behind);
    const bool improper = part && part->numerator <= 10 && part->denominator <= 10 && part->denominator > 1;
    if (part && (part->numerator < part->denominator || improper) && part->denominator <= 100) {
      return Match{.end = part->end, .spoken = mixed(whole, part->numerator, part->denominator)};
    }
  }
  const auto slashed = slashed_at(source, at);
  if (!slashed) return std::nullopt;
  const auto [end, numerator, denominator] = *slashed;
  if ((numerator == 24 && denominator == 7) || (numerator == 9 && denominator == 11) ||
      (numerator == 50 && denominator == 50)) {
    return Match{.end = end, .spoken = cardinal(numerator) + ' ' + cardinal(denominator)};
  }
  // "five thirds", but "twenty two over seven"
  const bool small = numerator <= 10 && denominator > 2 && denominator <= 10;
  if (denominator == 1 || (numerator > denominator && !small)) {
    return Match{.end = end, .spoken = cardinal(numerator) + " over " + cardinal(denominator)};
  }
  // "9/10" as a mark and "9/10" as a part sound alike.
  return Match{.end = end, .spoken = fraction(numerator, denominator)};
}

std::optional<Match> ordinal_number(const Source& source, std::size_t at) {
  const auto number = number_at(source, at);
  if (!number || number->whole.empty() || !number->decimals.empty()) return std::nullopt;
  const auto end = source.letters_end(number->end);
  const auto suffix = lower(source.slice(number->end, end));
  if ((suffix != "st" && suffix != "nd" && suffix != "rd" && suffix != "th") || source.is_word(end))
    return std::nullopt;
  return Match{.end = end, .spoken = ordinal(number->whole)};
}

std::optional<Match> range(const Source& source, std::size_t at) {
  const auto from = number_at(source, at);
  if (!from || from->whole.empty()) return std::nullopt;
  auto next = from->end;
  const bool spaced = source[next] == ' ';
  if (spaced) ++next;
  const auto dash = dash_at(source, next);
  if (dash == 0) return std::nullopt;
  const bool is_hyphen = dash == 1;
  next += dash;
  if (spaced != (source[next] == ' ')) return std::nullopt;
  if (spaced) ++next;
  const auto to = number_at(source, next);
  if (!to || to->whole.empty() || source.is_word(to->end) || dash_at(source, to->end) > 0) return std::nullopt;
  if (from->whole.size() > 1 && from->whole.front() == '0') return std::nullopt;
  const bool is_sum = source[source.skip_spaces(to->end)] == '=';
  // " - " is a pause elsewhere.
  if (spaced && is_hyphen && !is_sum) return std::nullopt;
  return Match{.end = to->end, .spoken = words_of(*from) + (is_sum ? " minus " : " to ") + words_of(*to)};
}

std::optional<Match> plain_number(const Source& source, std::size_t at) {
  const auto minus = minus_at(source, at);
  const auto number = number_at(source, at + minus);
  if (!number) return std::nullopt;
  auto spoken = (minus > 0 ? "minus " : "") + words_of(*number);
  if (source[number->end] == 'x' && !source.is_word(number->end + 1)) {
    return Match{.end = number->end + 1, .spoken = spoken + " times"};
  }
  // "5M", "3bn": not K, which may be a resolution, nor small letters, which may
  // be units.
  if (source[number->end] == 'M' || source[number->end] == 'B' || source.has(number->end, "bn")) {
    if (const auto magnitude = magnitude_at(source, number->end)) {
      return Match{.end = magnitude->end, .spoken = spoken + ' ' + magnitude->spoken};
    }
  }
  if (source[number->end] == '+' && !source.is_word(number->end + 1) && source[number->end + 1] != ' ') {
    return Match{.end = number->end + 1, .spoken = spoken + " plus"};
  }
  if (source[number->end] == '+' && source[number->end + 1] == ' ' && !is_digit(source[number->end + 2])) {
    return Match{.end = number->end + 1, .spoken = spoken + " plus"};
  }
  // "3D", "747s" and "4K" keep their letters apart.
  if (is_letter(source[number->end])) {
    const auto tail = source.slice(number->end, source.letters_end(number->end));
    spoken += tail == "s" ? "s" : ' ' + std::string(tail);
    return Match{.end = number->end + tail.size(), .spoken = std::move(spoken)};
  }
  return Match{.end = number->end, .spoken = std::move(spoken)};
}

}  // namespace antiphon::text::reading::english
