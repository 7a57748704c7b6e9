#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// What is known about phonemes, which are written in the alphabet of misaki and Kokoro: IPA with one character for
/// each diphthong and affricate.
namespace antiphon::engine::hibari {

inline constexpr char32_t kPrimary = U'\u02C8';
inline constexpr char32_t kSecondary = U'\u02CC';
inline constexpr std::u32string_view kVowels =
    U"AIOQWYaiu\u00E6\u0251\u0252\u0254\u0259\u025B\u025C\u026A\u028A\u028C\u1D7B";
inline constexpr std::u32string_view kConsonants =
    U"bdfhjklmnpstvwz\u00F0\u014B\u0261\u0279\u027E\u0283\u0292\u02A4\u02A7\u03B8";

/// How a word's stress is changed.
enum class Stress : std::uint8_t {
  kKeep,
  kNone,       ///< Every sign of stress is taken away.
  kSecondary,  ///< A word without stress gets a secondary one.
  kLowered,    ///< Primary stress becomes secondary, and what was secondary beside it has none.
  kLevelled,   ///< kLowered; and a word without stress gets a secondary one.
  kRaised,     ///< A secondary stress becomes primary; a word without any gets a primary one.
};

/// The word with its stress changed. A word without a vowel gets none.
[[nodiscard]] std::u32string with_stress(std::u32string_view phonemes, Stress stress);

/// How heavy a word is: its characters, diphthongs and affricates twice.
[[nodiscard]] int weight_of(std::u32string_view phonemes);

}  // namespace antiphon::engine::hibari
