#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "text/pronunciation/dictionary.h"

/// What is said for a text as it is written: numbers, money, dates, units,
/// abbreviations, signs. Pure.
namespace antiphon::text::reading {

enum class Language : std::uint8_t {
  kOther,  ///< Only the marks of pauses are read here; the rest is left to the
           ///< engine.
  kEnglish,
  kGerman,  ///< Of these, money, times and dates, and the marks of pauses.
  kFrench,
  kSpanish,
  kItalian,
  kPortuguese,
};
/// The language of a BCP 47 tag, such as en-GB.
[[nodiscard]] Language language_of(std::string_view tag);

/// A text and what is said for it.
class Reading {
 public:
  /// Lengths of a stretch of the written text and of what is said for it, in
  /// bytes.
  struct Stretch {
    std::uint32_t written = 0;
    std::uint32_t spoken = 0;
    bool is_same = false;  ///< It is said as it is written.
  };

  [[nodiscard]] const std::string& spoken() const { return spoken_; }
  /// Returns the place in `written`, the text that was read, of a place in the
  /// spoken one, in bytes. Where several written words became several spoken
  /// ones, such as "20 km", each written word has its share of them, in their
  /// order. Returns nullopt within a word, and between words that stand for one
  /// written word. Places ascend.
  [[nodiscard]] std::optional<std::uint32_t> written_place(std::uint32_t spoken, std::string_view written) const;

  /// Appends a stretch that is said as it is written.
  void add(std::string_view written);
  /// Appends `spoken`, which is said for the next `written` bytes.
  void add(std::size_t written, std::string_view spoken);

 private:
  std::string spoken_;
  std::vector<Stretch> stretches_;
};

/// Reads one segment, which is normalised. What one of `dictionaries` has, the first one first, is said as it says; all
/// else as the language reads it. Deterministic, linear in its length, no sentence is looked at beyond its end.
[[nodiscard]] Reading read(std::string_view segment, Language language,
                           const pronunciation::Dictionaries& dictionaries = {});

}  // namespace antiphon::text::reading
