#include "text/reading/english_number.h"
#include "text/reading/english_rules.h"
#include "text/reading/english_words.h"

namespace antiphon::text::reading::english {
namespace {

struct Half {
  std::size_t end = 0;
  std::string_view spoken;
};

/// "am", "p.m." and the like at `at`, with or without a space before. The full
/// stop that ends a sentence stays.
std::optional<Half> half_of_day(const Source& source, std::size_t at) {
  auto begin = source[at] == ' ' ? at + 1 : at;
  const char first = source[begin];
  const bool am = first == 'a' || first == 'A';
  if (!am && first != 'p' && first != 'P') return std::nullopt;
  const bool dotted = source[begin + 1] == '.';
  const char second = source[begin + (dotted ? 2 : 1)];
  if (second != 'm' && second != 'M') return std::nullopt;
  auto end = begin + (dotted ? 3 : 2);
  if (source.is_word(end)) return std::nullopt;
  // "I am 5 am I" is no time, but nobody writes that.
  if (dotted && source[end] == '.' && source.skip_spaces(end + 1) < source.size()) ++end;
  return Half{.end = end, .spoken = am ? " AM" : " PM"};
}

std::string minutes_of(std::string_view digits) {
  return digits.front() == '0' ? "oh " + cardinal(value_of(digits)) : cardinal(value_of(digits));
}

struct Clock {
  std::size_t end = 0;
  std::uint64_t hour = 0;
  std::string_view minutes{};
  std::string_view seconds{};
};

std::optional<Clock> clock_at(const Source& source, std::size_t at) {
  const auto hour_end = source.digits_end(at);
  if (hour_end == at || hour_end > at + 2) return std::nullopt;
  Clock clock{.end = hour_end, .hour = value_of(source.slice(at, hour_end))};
  if (clock.hour > 24) return std::nullopt;
  if (source[hour_end] != ':') return clock;
  const auto minutes_end = source.digits_end(hour_end + 1);
  if (minutes_end != hour_end + 3 || source[hour_end + 1] > '5') return std::nullopt;
  clock.minutes = source.slice(hour_end + 1, minutes_end);
  clock.end = minutes_end;
  if (source[minutes_end] == ':' && source.digits_end(minutes_end + 1) == minutes_end + 3) {
    clock.seconds = source.slice(minutes_end + 1, minutes_end + 3);
    clock.end = minutes_end + 3;
  }
  return clock;
}

/// "5 p.m." and "1.59 p.m.": the time with its half of the day, and what both are read as.
struct Timed {
  std::size_t end = 0;
  std::string spoken;
};

std::string words_of(const Clock& clock, bool half) {
  auto out = cardinal(clock.hour);
  if (!clock.seconds.empty()) {
    const auto minutes = value_of(clock.minutes);
    const auto seconds = value_of(clock.seconds);
    return out + (clock.hour == 1 ? " hour " : " hours ") + cardinal(minutes) +
           (minutes == 1 ? " minute and " : " minutes and ") + cardinal(seconds) +
           (seconds == 1 ? " second" : " seconds");
  }
  if (clock.minutes.empty()) return out;
  if (clock.minutes != "00") return out + ' ' + minutes_of(clock.minutes);
  if (half) return out;
  if (clock.hour == 0 || clock.hour > 12) return out + " hundred hours";
  return out + " o'clock";
}

std::optional<Timed> timed_at(const Source& source, std::size_t at) {
  auto clock = clock_at(source, at);
  if (!clock) return std::nullopt;
  const bool stop = clock->minutes.empty() && source[clock->end] == '.' && source[clock->end + 1] <= '5' &&
                    source.digits_end(clock->end + 1) == clock->end + 3;
  if (stop && half_of_day(source, clock->end + 3)) {
    clock->minutes = source.slice(clock->end + 1, clock->end + 3);
    clock->end += 3;
  }
  const auto half = half_of_day(source, clock->end);
  if (!half || clock->hour > 12) return std::nullopt;
  return Timed{.end = half->end, .spoken = words_of(*clock, true) + std::string(half->spoken)};
}

/// "5pm-7 pm", "4:00 am - 8:12 pm", "1.59 p.m."
std::optional<Match> timed(const Source& source, std::size_t at) {
  const auto from = timed_at(source, at);
  if (!from) return std::nullopt;
  const auto before_dash = source.skip_spaces(from->end);
  const auto dash = dash_at(source, before_dash);
  if (dash > 0) {
    if (const auto to = timed_at(source, source.skip_spaces(before_dash + dash))) {
      return Match{.end = to->end, .spoken = from->spoken + " to " + to->spoken};
    }
  }
  return Match{.end = from->end, .spoken = from->spoken};
}

}  // namespace

std::optional<Match> clock_time(const Source& source, std::size_t at) {
  if (auto match = timed(source, at)) return match;
  const auto clock = clock_at(source, at);
  if (!clock || source.is_word(clock->end)) {
    if (!clock) return std::nullopt;
    const auto half = half_of_day(source, clock->end);
    if (!half || clock->hour > 12) return std::nullopt;
    return Match{.end = half->end, .spoken = words_of(*clock, true) + std::string(half->spoken)};
  }
  if (const auto half = half_of_day(source, clock->end)) {
    // "at 5 am" but not "24 am".
    if (clock->hour > 12 && clock->minutes.empty()) return std::nullopt;
    return Match{.end = half->end, .spoken = words_of(*clock, true) + std::string(half->spoken)};
  }
  const auto dash = dash_at(source, clock->end);
  if (dash > 0) {
    if (const auto to = clock_at(source, clock->end + dash)) {
      const auto half = half_of_day(source, to->end);
      const bool times = !clock->minutes.empty() && !to->minutes.empty();
      if ((half || times) && (half || !source.is_word(to->end))) {
        return Match{.end = half ? half->end : to->end,
                     .spoken = words_of(*clock, half.has_value()) + " to " + words_of(*to, half.has_value()) +
                               std::string(half ? half->spoken : "")};
      }
    }
  }
  if (clock->minutes.empty()) return std::nullopt;
  return Match{.end = clock->end, .spoken = words_of(*clock, false)};
}

}  // namespace antiphon::text::reading::english
