#include <array>

#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

struct Currency {
  std::string_view sign;
  std::string_view one;
  std::string_view many;
  std::string_view one_part;
  std::string_view many_parts;  ///< Empty where amounts have no parts.
};

// Longer signs come first.
constexpr std::array kCurrencies = {Currency{"US$", "US dollar", "US dollars", "cent", "cents"},
                                    Currency{"C$", "Canadian dollar", "Canadian dollars", "cent", "cents"},
                                    Currency{"A$", "Australian dollar", "Australian dollars", "cent", "cents"},
                                    Currency{"HK$", "Hong Kong dollar", "Hong Kong dollars", "cent", "cents"},
                                    Currency{"R$", "real", "reais", "centavo", "centavos"},
                                    Currency{"$", "dollar", "dollars", "cent", "cents"},
                                    Currency{"\u20AC", "euro", "euros", "cent", "cents"},
                                    Currency{"\u00A3", "pound", "pounds", "penny", "pence"},
                                    Currency{"\u00A5", "yen", "yen", "", ""},
                                    Currency{"\u20B9", "rupee", "rupees", "paisa", "paise"},
                                    Currency{"\u20A9", "won", "won", "", ""},
                                    Currency{"\u20BD", "ruble", "rubles", "kopek", "kopeks"},
                                    Currency{"\u20BF", "bitcoin", "bitcoin", "", ""}};

constexpr std::array kCodes = {Currency{"USD", "US dollar", "US dollars", "cent", "cents"},
                               Currency{"EUR", "euro", "euros", "cent", "cents"},
                               Currency{"GBP", "pound", "pounds", "penny", "pence"},
                               Currency{"JPY", "yen", "yen", "", ""},
                               Currency{"CHF", "Swiss franc", "Swiss francs", "", ""},
                               Currency{"CAD", "Canadian dollar", "Canadian dollars", "cent", "cents"},
                               Currency{"AUD", "Australian dollar", "Australian dollars", "cent", "cents"},
                               Currency{"INR", "rupee", "rupees", "paisa", "paise"},
                               Currency{"CNY", "yuan", "yuan", "", ""}};

template <std::size_t kCount>
const Currency* find(const Source& source, std::size_t at, const std::array<Currency, kCount>& currencies) {
  for (const auto& currency : currencies) {
    if (source.has(at, currency.sign)) return &currency;
  }
  return nullptr;
}

std::string amount(Number number, const Currency& currency) {
  while (number.decimals.size() > 2 && number.decimals.ends_with('0')) number.decimals.pop_back();
  const bool parts = (number.decimals.size() == 1 || number.decimals.size() == 2) && !currency.many_parts.empty();
  if (!parts) return words_of(number) + ' ' + std::string(number.is_one() ? currency.one : currency.many);
  const auto part = value_of(number.decimals) * (number.decimals.size() == 1 ? 10 : 1);
  const bool none = value_of(number.whole) == 0;
  std::string out;
  if (!none || part == 0) {
    out = cardinal(number.whole) + ' ' + std::string(number.whole == "1" ? currency.one : currency.many);
  }
  if (part == 0) return out;
  if (!out.empty()) out += ' ';
  return out + cardinal(part) + ' ' + std::string(part == 1 ? currency.one_part : currency.many_parts);
}

/// What a number, its magnitude and a range of both are read as, with the
/// currency behind.
Match amounts(const Source& source, const Number& number, const Currency& currency) {
  // "$30 b"
  const bool spaced = source[number.end] == ' ' && is_letter(source[number.end + 1]) && !source.is_word(number.end + 2);
  const bool billions = spaced && lower(source.slice(number.end + 1, number.end + 2)) == "b";
  if (const auto magnitude = magnitude_at(source, billions ? number.end + 1 : number.end)) {
    return {.end = magnitude->end,
            .spoken = words_of(number) + ' ' + magnitude->spoken + ' ' + std::string(currency.many)};
  }
  auto end = number.end;
  if (const auto dash = dash_at(source, end); dash > 0) {
    auto next = end + dash;
    if (source.has(next, currency.sign)) next += currency.sign.size();
    if (const auto to = number_at(source, next)) {
      if (const auto magnitude = magnitude_at(source, to->end)) {
        return {.end = magnitude->end,
                .spoken = words_of(number) + " to " + words_of(*to) + ' ' + magnitude->spoken + ' ' +
                          std::string(currency.many)};
      }
      if (!source.is_word(to->end)) {
        const bool whole = number.decimals.empty();
        return {.end = to->end,
                .spoken = (whole ? words_of(number) : amount(number, currency)) + " to " + amount(*to, currency)};
      }
    }
  }
  return {.end = end, .spoken = amount(number, currency)};
}

/// "/hr" and the like behind an amount.
void add_rate(const Source& source, Match& match) {
  struct Per {
    std::string_view written;
    std::string_view spoken;
  };
  constexpr std::array kPer = {
      Per{"/hour", "hour"},         Per{"/hr", "hour"},     Per{"/h", "hour"},    Per{"/month", "month"},
      Per{"/mo", "month"},          Per{"/year", "year"},   Per{"/yr", "year"},   Per{"/week", "week"},
      Per{"/wk", "week"},           Per{"/day", "day"},     Per{"/d", "day"},     Per{"/min", "minute"},
      Per{"/GB", "gigabyte"},       Per{"/seat", "seat"},   Per{"/unit", "unit"}, Per{"/night", "night"},
      Per{"/sq ft", "square foot"}, Per{"/kg", "kilogram"}, Per{"/lb", "pound"},  Per{"/person", "person"},
      Per{"/user", "user"}};
  for (const auto& [written, spoken] : kPer) {
    if (!source.has(match.end, written) || source.is_word(match.end + written.size())) continue;
    match.end += written.size();
    (match.spoken += " per ") += spoken;
    return;
  }
}

}  // namespace

std::optional<Match> money(const Source& source, std::size_t at) {
  const auto minus = minus_at(source, at);
  auto begin = at + minus;
  const auto* currency = find(source, begin, kCurrencies);
  if (currency != nullptr) {
    begin += currency->sign.size();
    if (source[begin] == ' ' && is_digit(source[begin + 1])) ++begin;
  } else {
    currency = find(source, begin, kCodes);
    if (currency != nullptr) begin = source.skip_spaces(begin + currency->sign.size());
  }
  const auto number = number_at(source, begin);
  if (!number) return std::nullopt;
  if (currency != nullptr) {
    if (source.is_word(number->end) && !magnitude_at(source, number->end)) return std::nullopt;
    auto match = amounts(source, *number, *currency);
    add_rate(source, match);
    if (minus > 0) match.spoken.insert(0, "minus ");
    return match;
  }
  // The currency behind the amount.
  const auto magnitude = magnitude_at(source, number->end);
  auto behind = magnitude ? magnitude->end : number->end;
  if (source.has(behind, "\u00A2")) {
    return Match{.end = behind + 2, .spoken = words_of(*number) + (number->is_one() ? " cent" : " cents")};
  }
  const bool tight = source[behind] != ' ';
  if (!tight) ++behind;
  if (source[behind] == '$' && (!tight || source.is_word(behind + 1))) return std::nullopt;
  const auto* unit = find(source, behind, kCodes);
  if (unit != nullptr && source.is_word(behind + unit->sign.size())) unit = nullptr;
  if (unit == nullptr) unit = find(source, behind, kCurrencies);
  if (unit == nullptr || is_digit(source[behind + unit->sign.size()])) return std::nullopt;
  auto spoken =
      magnitude ? words_of(*number) + ' ' + magnitude->spoken + ' ' + std::string(unit->many) : amount(*number, *unit);
  if (minus > 0) spoken.insert(0, "minus ");
  return Match{.end = behind + unit->sign.size(), .spoken = std::move(spoken)};
}

}  // namespace antiphon::text::reading::english
