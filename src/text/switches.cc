#include "text/switches.h"

#include <utility>

namespace antiphon::text {
namespace {

constexpr std::uint8_t kDigits = 3;  ///< Nothing, and two values.

template <class T>
std::uint8_t digit_of(const std::optional<T>& value) {
  return value ? static_cast<std::uint8_t>(1 + std::to_underlying(*value)) : std::uint8_t{0};
}

template <class T>
std::optional<T> value_of(std::uint8_t digit) {
  return digit == 0 ? std::nullopt : std::optional(static_cast<T>(digit - 1));
}

}  // namespace

Options with(Options options, const Switches& switches) {
  options.normalise = switches.normalise.value_or(options.normalise);
  options.markup.markup = switches.markup.value_or(options.markup.markup);
  options.markup.emoji = switches.emoji.value_or(options.markup.emoji);
  return options;
}

std::uint8_t number_of(const Switches& switches) {
  return static_cast<std::uint8_t>(digit_of(switches.normalise) + (kDigits * digit_of(switches.markup)) +
                                   (kDigits * kDigits * digit_of(switches.emoji)));
}

std::optional<Switches> switches_of(std::uint8_t number) {
  if (number >= kSwitchNumbers) return std::nullopt;
  return Switches{.normalise = value_of<Normalise>(number % kDigits),
                  .markup = value_of<markup::Markup>(number / kDigits % kDigits),
                  .emoji = value_of<markup::Emoji>(number / (kDigits * kDigits))};
}

}  // namespace antiphon::text
