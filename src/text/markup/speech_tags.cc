#include "text/markup/speech_tags.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <utility>

#include "text/characters/ascii.h"

namespace antiphon::text::markup {
namespace {

using characters::Prosody;
using characters::SayAs;
using characters::ascii::lower;
using std::string_view_literals::operator""sv;

struct Label {
  std::string_view name;
  int value;
};
constexpr std::array kRates = {Label{"x-slow", 50},   Label{"slow", 75},  Label{"medium", 100},
                               Label{"default", 100}, Label{"fast", 150}, Label{"x-fast", 200}};
constexpr std::array kVolumes = {Label{"silent", characters::kLeastVolume},
                                 Label{"x-soft", -12},
                                 Label{"soft", -6},
                                 Label{"medium", 0},
                                 Label{"default", 0},
                                 Label{"loud", 3},
                                 Label{"x-loud", 6}};

/// "+20%", "-6dB", "1.2": a number and what stands behind it.
struct Amount {
  double number = 0;
  bool is_change = false;  ///< It has a sign.
  std::string unit;        ///< In small letters.
};

std::optional<Amount> amount_of(std::string_view written) {
  Amount amount;
  amount.is_change = written.starts_with('+') || written.starts_with('-');
  if (written.starts_with('+')) written.remove_prefix(1);
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), amount.number);
  if (error != std::errc() || !std::isfinite(amount.number)) return std::nullopt;
  amount.unit = lower(written.substr(static_cast<std::size_t>(end - written.data())));
  amount.unit.erase(0, std::min(amount.unit.find_first_not_of(' '), amount.unit.size()));
  return amount;
}

int clamped(double value, int least, int most) {
  return static_cast<int>(std::lround(std::clamp(value, static_cast<double>(least), static_cast<double>(most))));
}

int rate_of(std::string_view written, int outer) {
  const auto* const label = std::ranges::find(kRates, written, &Label::name);
  if (label != kRates.end()) return label->value;
  const auto amount = amount_of(written);
  if (!amount || (amount->unit != "%" && !amount->unit.empty())) return outer;
  const double per_cent = amount->unit == "%" ? amount->number : amount->number * 100;
  const double rate = amount->is_change ? outer * (1 + per_cent / 100) : per_cent;
  return clamped(rate, characters::kLeastRate, characters::kMostRate);
}

int volume_of(std::string_view written, int outer) {
  const auto* const label = std::ranges::find(kVolumes, written, &Label::name);
  if (label != kVolumes.end()) return label->value;
  const auto amount = amount_of(written);
  if (!amount || (amount->unit != "db" && amount->unit != "%" && !amount->unit.empty())) return outer;
  const bool decibels = amount->unit == "db";
  if (outer == characters::kLeastVolume && (amount->is_change || decibels)) return outer;
  const double share = amount->is_change ? 1 + amount->number / 100 : amount->number / 100;
  const double change = decibels ? amount->number : 20 * std::log10(std::max(share, 1e-9));
  return clamped(amount->is_change || decibels ? outer + change : change, characters::kLeastVolume,
                 characters::kMostVolume);
}

/// "yyyymmdd" and "ymd" are the same.
std::string order_of(std::string order) {
  const auto rest = std::ranges::unique(order);
  order.erase(rest.begin(), rest.end());
  return order;
}

}  // namespace

Prosody prosody_within(const Tag& tag, const Prosody& outer) {
  return {.rate = rate_of(attribute(tag, "rate"), outer.rate),
          .volume = volume_of(attribute(tag, "volume"), outer.volume)};
}

std::optional<SayAs> say_as_within(const Tag& tag) {
  using enum SayAs;
  constexpr std::array kNames = {std::pair{"cardinal"sv, kCardinal}, std::pair{"number"sv, kCardinal},
                                 std::pair{"ordinal"sv, kOrdinal},   std::pair{"fraction"sv, kFraction},
                                 std::pair{"currency"sv, kCurrency}, std::pair{"time"sv, kTime},
                                 std::pair{"date"sv, kDate},         std::pair{"telephone"sv, kTelephone}};
  constexpr std::array kOrders = {
      std::pair{"mdy"sv, kDateMdy}, std::pair{"dmy"sv, kDateDmy}, std::pair{"ymd"sv, kDateYmd},
      std::pair{"ydm"sv, kDateYdm}, std::pair{"md"sv, kDateMd},   std::pair{"dm"sv, kDateDm},
      std::pair{"ym"sv, kDateYm},   std::pair{"my"sv, kDateMy},   std::pair{"y"sv, kDateY},
      std::pair{"m"sv, kDateM},     std::pair{"d"sv, kDateD}};
  auto as = lower(attribute(tag, "interpret-as"));
  const auto format = lower(attribute(tag, "format"));
  if (as.starts_with("vxml:")) as.erase(0, 5);
  if (as == "number" && (format == "ordinal" || format == "telephone")) as = format;
  const auto* const named = std::ranges::find(kNames, as, &std::pair<std::string_view, SayAs>::first);
  if (named == kNames.end()) return std::nullopt;
  if (named->second != kDate) return named->second;
  const auto* const order = std::ranges::find(kOrders, order_of(format), &std::pair<std::string_view, SayAs>::first);
  return order == kOrders.end() ? kDate : order->second;
}

bool is_known(std::string_view name) {
  constexpr std::array kOthers = {
      "speak"sv,  "sub"sv,   "phoneme"sv, "say-as"sv, "prosody"sv, "emphasis"sv, "voice"sv,  "lang"sv,       "mark"sv,
      "audio"sv,  "desc"sv,  "w"sv,       "token"sv,  "lexicon"sv, "lookup"sv,   "meta"sv,   "a"sv,          "abbr"sv,
      "b"sv,      "bdi"sv,   "bdo"sv,     "big"sv,    "cite"sv,    "code"sv,     "del"sv,    "dfn"sv,        "em"sv,
      "font"sv,   "i"sv,     "img"sv,     "ins"sv,    "kbd"sv,     "label"sv,    "small"sv,  "span"sv,       "strike"sv,
      "strong"sv, "style"sv, "script"sv,  "sup"sv,    "time"sv,    "tt"sv,       "u"sv,      "var"sv,        "wbr"sv,
      "html"sv,   "head"sv,  "body"sv,    "main"sv,   "header"sv,  "footer"sv,   "figure"sv, "figcaption"sv, "q"sv,
      "tbody"sv,  "thead"sv, "caption"sv, "input"sv,  "button"sv,  "svg"sv,      "path"sv};
  return parts_lines(name) || std::ranges::find(kOthers, name) != kOthers.end();
}

}  // namespace antiphon::text::markup
