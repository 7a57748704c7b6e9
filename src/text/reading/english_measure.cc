#include <algorithm>
#include <array>
#include <utility>

#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

enum class Gap : std::uint8_t {
  kAny,    ///< With or without a space before it.
  kTight,  ///< Without: "in" and "s" are words.
};

struct Unit {
  std::string_view written;
  std::string_view one;
  std::string_view many;
  Gap gap = Gap::kAny;
};

// Of two that begin alike the longer one comes first.
constexpr std::array kUnits = {Unit{"km/h", "kilometer per hour", "kilometers per hour"},
                               Unit{"kph", "kilometer per hour", "kilometers per hour"},
                               Unit{"mph", "mile per hour", "miles per hour"},
                               Unit{"m/s", "meter per second", "meters per second"},
                               Unit{"Mbps", "megabit per second", "megabits per second"},
                               Unit{"Gbps", "gigabit per second", "gigabits per second"},
                               Unit{"MB/s", "megabyte per second", "megabytes per second"},
                               Unit{"mbps", "megabit per second", "megabits per second"},
                               Unit{"gbps", "gigabit per second", "gigabits per second"},
                               Unit{"kbps", "kilobit per second", "kilobits per second"},
                               Unit{"ft/s", "foot per second", "feet per second"},
                               Unit{"cc", "cubic centimeter", "cubic centimeters"},
                               Unit{"g/L", "gram per liter", "grams per liter"},
                               Unit{"mg/dL", "milligram per deciliter", "milligrams per deciliter"},
                               Unit{"kg/m\u00B3", "kilogram per cubic meter", "kilograms per cubic meter"},
                               Unit{"mmHg", "millimeter of mercury", "millimeters of mercury"},
                               Unit{"km\u00B3", "cubic kilometer", "cubic kilometers"},
                               Unit{"mm\u00B2", "square millimeter", "square millimeters"},
                               Unit{"ft\u00B2", "square foot", "square feet"},
                               Unit{"ft\u00B3", "cubic foot", "cubic feet"},
                               Unit{"in\u00B2", "square inch", "square inches"},
                               Unit{"m2", "square meter", "square meters"},
                               Unit{"m3", "cubic meter", "cubic meters"},
                               Unit{"km2", "square kilometer", "square kilometers"},
                               Unit{"sq mi", "square mile", "square miles"},
                               Unit{"sq ft", "square foot", "square feet"},
                               Unit{"km\u00B2", "square kilometer", "square kilometers"},
                               Unit{"cm\u00B2", "square centimeter", "square centimeters"},
                               Unit{"m\u00B2", "square meter", "square meters"},
                               Unit{"m\u00B3", "cubic meter", "cubic meters"},
                               Unit{"cm\u00B3", "cubic centimeter", "cubic centimeters"},
                               Unit{"\u00B0C", "degree Celsius", "degrees Celsius"},
                               Unit{"\u00B0F", "degree Fahrenheit", "degrees Fahrenheit"},
                               Unit{"\u00B0", "degree", "degrees"},
                               Unit{"\u00BAC", "degree Celsius", "degrees Celsius"},
                               Unit{"\u00BAF", "degree Fahrenheit", "degrees Fahrenheit"},
                               Unit{"\u00BA", "degree", "degrees"},
                               Unit{"%", "percent", "percent"},
                               Unit{"\u2030", "per mille", "per mille"},
                               Unit{"MWh", "megawatt hour", "megawatt hours"},
                               Unit{"GWh", "gigawatt hour", "gigawatt hours"},
                               Unit{"MPa", "megapascal", "megapascals"},
                               Unit{"hPa", "hectopascal", "hectopascals"},
                               Unit{"kPa", "kilopascal", "kilopascals"},
                               Unit{"KG", "kilogram", "kilograms"},
                               Unit{"KM", "kilometer", "kilometers"},
                               Unit{"kgs", "kilogram", "kilograms"},
                               Unit{"kms", "kilometer", "kilometers"},
                               Unit{"LBS", "pound", "pounds"},
                               Unit{"PB", "petabyte", "petabytes"},
                               Unit{"bpm", "beat per minute", "beats per minute"},
                               Unit{"fps", "frame per second", "frames per second"},
                               Unit{"dpi", "dot per inch", "dots per inch"},
                               Unit{"hp", "horsepower", "horsepower"},
                               Unit{"kWh", "kilowatt hour", "kilowatt hours"},
                               Unit{"km", "kilometer", "kilometers"},
                               Unit{"cm", "centimeter", "centimeters"},
                               Unit{"mm", "millimeter", "millimeters"},
                               Unit{"\u03BCm", "micrometer", "micrometers"},
                               Unit{"\u00B5m", "micrometer", "micrometers"},
                               Unit{"nm", "nanometer", "nanometers"},
                               Unit{"kg", "kilogram", "kilograms"},
                               Unit{"mg", "milligram", "milligrams"},
                               Unit{"\u00B5g", "microgram", "micrograms"},
                               Unit{"\u03BCg", "microgram", "micrograms"},
                               Unit{"lbs", "pound", "pounds"},
                               Unit{"lb", "pound", "pounds"},
                               Unit{"oz", "ounce", "ounces"},
                               Unit{"ft", "foot", "feet"},
                               Unit{"mi", "mile", "miles"},
                               Unit{"yd", "yard", "yards"},
                               Unit{"ml", "milliliter", "milliliters"},
                               Unit{"mL", "milliliter", "milliliters"},
                               Unit{"cl", "centiliter", "centiliters"},
                               Unit{"tbsp", "tablespoon", "tablespoons"},
                               Unit{"tsp", "teaspoon", "teaspoons"},
                               Unit{"GHz", "gigahertz", "gigahertz"},
                               Unit{"MHz", "megahertz", "megahertz"},
                               Unit{"kHz", "kilohertz", "kilohertz"},
                               Unit{"Hz", "hertz", "hertz"},
                               Unit{"TB", "terabyte", "terabytes"},
                               Unit{"GB", "gigabyte", "gigabytes"},
                               Unit{"MB", "megabyte", "megabytes"},
                               Unit{"KB", "kilobyte", "kilobytes"},
                               Unit{"kB", "kilobyte", "kilobytes"},
                               Unit{"GW", "gigawatt", "gigawatts"},
                               Unit{"MW", "megawatt", "megawatts"},
                               Unit{"kW", "kilowatt", "kilowatts"},
                               Unit{"kV", "kilovolt", "kilovolts"},
                               Unit{"mAh", "milliampere hour", "milliampere hours"},
                               Unit{"mA", "milliampere", "milliamperes"},
                               Unit{"dB", "decibel", "decibels"},
                               Unit{"ms", "millisecond", "milliseconds"},
                               Unit{"\u00B5s", "microsecond", "microseconds"},
                               Unit{"\u03BCs", "microsecond", "microseconds"},
                               Unit{"ns", "nanosecond", "nanoseconds"},
                               Unit{"mins", "minute", "minutes"},
                               Unit{"min", "minute", "minutes"},
                               Unit{"secs", "second", "seconds"},
                               Unit{"sec", "second", "seconds"},
                               Unit{"hrs", "hour", "hours"},
                               Unit{"hr", "hour", "hours"},
                               Unit{"yrs", "year", "years"},
                               Unit{"px", "pixel", "pixels"},
                               Unit{"kcal", "kilocalorie", "kilocalories"},
                               Unit{"cal", "calorie", "calories"},
                               Unit{"rpm", "revolution per minute", "revolutions per minute"},
                               Unit{"psi", "pound per square inch", "pounds per square inch"},
                               Unit{"ha", "hectare", "hectares"},
                               Unit{"\u03A9", "ohm", "ohms"},
                               Unit{"\u2126", "ohm", "ohms"},
                               Unit{"kJ", "kilojoule", "kilojoules"},
                               Unit{"m", "meter", "meters"},
                               Unit{"g", "gram", "grams"},
                               Unit{"W", "watt", "watts"},
                               Unit{"V", "volt", "volts"},
                               Unit{"L", "liter", "liters"},
                               Unit{"l", "liter", "liters"},
                               Unit{"h", "hour", "hours"},
                               Unit{"in", "inch", "inches", Gap::kTight},
                               Unit{"s", "second", "seconds", Gap::kTight},
                               Unit{"A", "ampere", "amperes", Gap::kTight}};

struct UnitPlace {
  const Unit* unit = nullptr;
  std::size_t end = 0;
};

UnitPlace unit_at(const Source& source, std::size_t at) {
  for (const auto& unit : kUnits) {
    auto begin = at;
    if (source[begin] == ' ' && unit.gap == Gap::kAny) ++begin;
    if (source[begin] == '-' && unit.written.size() > 1 && is_letter(unit.written.front())) ++begin;
    if (source.has(begin, unit.written) && !source.is_word(begin + unit.written.size())) {
      return {.unit = &unit, .end = begin + unit.written.size()};
    }
  }
  return {};
}

/// "/kg" at `at`: what is said for it, and its end.
std::optional<Match> rate_at(const Source& source, std::size_t at) {
  if (source[at] != '/' || !is_letter(source[at + 1])) return std::nullopt;
  const auto place = unit_at(source, at + 1);
  // "Section 3/A"
  const bool is_label = place.unit != nullptr && place.unit->written.size() == 1 && is_upper(source[at + 1]);
  if (place.unit == nullptr || is_label || source[place.end] == '/') return std::nullopt;
  return Match{.end = place.end, .spoken = " per " + std::string(place.unit->one)};
}

/// 6'2" and 5 ft 10 in written so.
std::optional<Match> feet_and_inches(const Source& source, std::size_t at) {
  const auto feet_end = source.digits_end(at);
  if (feet_end == at || feet_end > at + 2) return std::nullopt;
  const std::size_t prime = source[feet_end] == '\''                                           ? 1
                            : source.has(feet_end, "\u2032") || source.has(feet_end, "\u2019") ? 3
                                                                                               : 0;
  if (prime == 0) return std::nullopt;
  const auto begin = feet_end + prime;
  const auto inches_end = source.digits_end(begin);
  if (inches_end == begin || inches_end > begin + 2) return std::nullopt;
  std::size_t end = inches_end;
  if (source[end] == '"') ++end;
  if (source.has(end, "\u2033") || source.has(end, "\u201D")) end += 3;
  if (source.is_word(end)) return std::nullopt;
  return Match{.end = end,
               .spoken = cardinal(source.slice(at, feet_end)) +
                         (feet_end == at + 1 && source[at] == '1' ? " foot " : " feet ") +
                         cardinal(source.slice(begin, inches_end))};
}

/// "1 1/2 cups" has no sign, "4 1/2 lbs" and "3/4 in" have.
std::optional<Match> fraction_of_unit(const Source& source, std::size_t at) {
  auto part = fraction_sign(source, at);
  if (!part) return std::nullopt;
  const auto place = unit_at(source, part->end);
  if (place.unit == nullptr) return std::nullopt;
  const bool mixed = part->spoken.contains(" and ");
  const auto unit = mixed ? place.unit->many : place.unit->one;
  const std::string article =
      std::string_view("aeio").contains(unit.front()) || unit.starts_with("hour") ? "an " : "a ";
  if (part->spoken == "one half") part->spoken = "half";
  part->spoken += mixed ? " " : (part->spoken == "half" ? " " : " of ") + article;
  part->spoken += unit;
  part->end = place.end;
  return part;
}

/// Whether the sign at `at` opens or closes a quotation, as far as the text around it says.
bool is_quotation(const Source& source, std::size_t at) {
  constexpr std::size_t kMost = 200;
  const auto begin = at > kMost ? at - kMost : 0;
  const auto quotes = std::ranges::count(source.slice(begin, at), '"');
  return quotes % 2 != 0 || source.text().substr(at + 1, kMost).contains('"');
}

/// 12" where no quotation ends there.
std::optional<Match> inches(const Source& source, std::size_t at) {
  const auto number = number_at(source, at);
  if (!number) return std::nullopt;
  const bool prime = source.has(number->end, "\u2033");
  if (!prime && source[number->end] != '"') return std::nullopt;
  const auto end = number->end + (prime ? 3 : 1);
  if (source.is_word(end) || (!prime && is_quotation(source, number->end))) return std::nullopt;
  return Match{.end = end, .spoken = words_of(*number) + (number->is_one() ? " inch" : " inches")};
}

/// "1920x1080", "3 x 4 x 5 m".
std::optional<Match> size(const Source& source, std::size_t at) {
  constexpr int kMostSides = 4;
  auto first = number_at(source, at);
  if (!first) return std::nullopt;
  auto spoken = words_of(*first);
  auto end = first->end;
  int sides = 1;
  for (; sides < kMostSides; ++sides) {
    auto next = end;
    const bool spaced = source[next] == ' ';
    if (spaced) ++next;
    const std::size_t sign = source[next] == 'x' || source[next] == 'X' ? 1 : source.has(next, "\u00D7") ? 2 : 0;
    if (sign == 0) break;
    next += sign;
    if (spaced && source[next] == ' ') ++next;
    const auto number = number_at(source, next);
    if (!number || number->whole.empty()) break;
    spoken += " by " + words_of(*number);
    end = number->end;
  }
  if (sides == 1) return std::nullopt;
  if (const auto unit = unit_at(source, end); unit.unit != nullptr) {
    return Match{.end = unit.end, .spoken = spoken + ' ' + std::string(unit.unit->many)};
  }
  if (source.is_word(end)) return std::nullopt;
  return Match{.end = end, .spoken = std::move(spoken)};
}

}  // namespace

std::optional<Match> measure(const Source& source, std::size_t at) {
  const auto minus = minus_at(source, at);
  const auto begin = at + minus;
  if (minus == 0) {
    if (auto match = fraction_of_unit(source, at)) return match;
    if (auto match = inches(source, at)) return match;
    if (auto match = feet_and_inches(source, at)) return match;
    if (auto match = size(source, at)) return match;
  }
  const auto number = number_at(source, begin);
  if (!number) return std::nullopt;
  std::string spoken = (minus > 0 ? "minus " : "") + words_of(*number);
  bool one = number->is_one();
  auto end = number->end;
  if (const auto dash = dash_at(source, end); dash > 0) {
    if (const auto to = number_at(source, end + dash); to && unit_at(source, to->end).unit != nullptr) {
      spoken += " to " + words_of(*to);
      one = false;
      end = to->end;
    }
  }
  if (const auto magnitude = source[end] == ' ' ? magnitude_at(source, end) : std::nullopt) {
    if (unit_at(source, magnitude->end).unit != nullptr) {
      spoken += ' ' + magnitude->spoken;
      one = false;
      end = magnitude->end;
    }
  }
  if (const auto rate = rate_at(source, end)) return Match{.end = rate->end, .spoken = spoken + rate->spoken};
  const auto place = unit_at(source, end);
  if (place.unit == nullptr) return std::nullopt;
  // "the 747s" and "in her 30s" are no times.
  if (place.unit->written == "s" && number->decimals.empty()) return std::nullopt;
  spoken += ' ' + std::string(one ? place.unit->one : place.unit->many);
  const auto rate = rate_at(source, place.end);
  return rate ? Match{.end = rate->end, .spoken = spoken + rate->spoken}
              : Match{.end = place.end, .spoken = std::move(spoken)};
}

}  // namespace antiphon::text::reading::english
