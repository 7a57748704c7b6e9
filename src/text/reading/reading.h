#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is said for a text as it is written: numbers, money, dates, units,
/// abbreviations, signs. Pure.
namespace antiphon::text::reading {

enum class Language : std::uint8_t {
  kOther,  ///< Only the marks of pauses are read here; the rest is left to the
           ///< engine.
  kEnglish,
};
/// The language of a BCP 47 tag, such as en-GB.
[[nodiscard]] Language language_of(std::string_view tag);

/// A text and what is said for it.
class Reading {
 public:
  /// A stretch of the written text and what is said for it, in bytes. Where
  /// both are equal it is the same text.
  struct Stretch {
    std::uint32_t written = 0;
    std::uint32_t spoken = 0;
  };

  [[nodiscard]] const std::string& spoken() const { return spoken_; }
  /// The place in the written text of a place in the spoken one, in bytes;
  /// nothing within what stands for something else as a whole, such as the
  /// words of a number.
  [[nodiscard]] std::optional<std::uint32_t> written_place(std::uint32_t spoken) const;

  void add(std::string_view written);
  void add(std::size_t written, std::string_view spoken);

 private:
  std::string spoken_;
  std::vector<Stretch> stretches_;
};

/// Reads one segment, which is normalised. Deterministic, linear in its length,
/// no sentence is looked at beyond its end.
[[nodiscard]] Reading read(std::string_view segment, Language language);

}  // namespace antiphon::text::reading
