#include "engine/hibari/stress.h"

#include <algorithm>

#include "engine/hibari/characters.h"

namespace antiphon::engine::hibari {
namespace {

std::u32string replaced(std::u32string_view text, char32_t from, char32_t to) {
  std::u32string result(text);
  std::ranges::replace(result, from, to);
  return result;
}

std::u32string reduced(std::u32string_view phonemes) {
  return replaced(without(phonemes, std::u32string_view(&kSecondary, 1)), kPrimary, kSecondary);
}

/// With the sign before the first vowel.
std::u32string stressed(std::u32string_view phonemes, char32_t sign) {
  std::u32string result(phonemes);
  const auto vowel = phonemes.find_first_of(kVowels);
  if (vowel != std::u32string_view::npos) result.insert(vowel, 1, sign);
  return result;
}

}  // namespace

std::u32string with_stress(std::u32string_view phonemes, Stress stress) {
  const bool primary = phonemes.contains(kPrimary);
  const bool secondary = phonemes.contains(kSecondary);
  switch (stress) {
    case Stress::kKeep:
      break;
    case Stress::kNone:
      return without(phonemes, U"\u02C8\u02CC");
    case Stress::kLowered:
      if (primary) return reduced(phonemes);
      break;
    case Stress::kLevelled:
      if (primary) return reduced(phonemes);
      [[fallthrough]];
    case Stress::kSecondary:
      if (!primary && !secondary) return stressed(phonemes, kSecondary);
      break;
    case Stress::kRaised:
      if (!primary && secondary) return replaced(phonemes, kSecondary, kPrimary);
      if (!primary) return stressed(phonemes, kPrimary);
      break;
  }
  return std::u32string(phonemes);
}

int weight_of(std::u32string_view phonemes) {
  constexpr std::u32string_view kDouble = U"AIOQWY\u02A4\u02A7";
  int weight = 0;
  for (const auto c : phonemes) weight += kDouble.contains(c) ? 2 : 1;
  return weight;
}

}  // namespace antiphon::engine::hibari
