#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

/// Mixes of a voice's styles, as users of Kokoro write them: "af_heart", "af_heart+am_adam", "af_heart(2)+am_adam(1)",
/// "af_bella(2)-af_sky". A mix is one number, so that it goes wherever the number of a speaker goes: to the worker with
/// each job, into the record by which a stream is continued, and into the key of what is kept of its audio.
namespace antiphon::voice {

inline constexpr std::size_t kMostStyles = 64;     ///< Styles that a mix can name.
inline constexpr std::size_t kMostMixed = 3;       ///< Different styles in one mix.
inline constexpr std::int32_t kMixParts = 64;      ///< The sizes of a mix's weights add up to it.
inline constexpr std::size_t kMostMixBytes = 256;  ///< Of a mix as it is written.
inline constexpr double kMostMixWeight = 1'000;    ///< Of one style as it is written; weights are above 0.

/// One style of a mix.
struct MixedStyle {
  std::uint32_t style = 0;  ///< Its place among the voice's styles.
  std::int32_t parts = 0;   ///< Its weight in parts of kMixParts; below 0 where the style is subtracted.
  friend bool operator==(const MixedStyle&, const MixedStyle&) = default;
};

/// The styles of a mix: the first one, which is added and decides the language, then the others by their numbers.
class StyleMix {
 public:
  /// A mix of one style alone. REQUIRES: style < kMostStyles.
  explicit StyleMix(std::uint32_t style) : styles_({MixedStyle{.style = style, .parts = kMixParts}}) {}

  /// Reads a mix in which `names` may occur, at most kMostStyles of them; spaces count for nothing. A name that comes
  /// twice has both weights. Weights are rounded to parts of kMixParts, so that their sum is exact. The error is a
  /// sentence for the client; the names in it are theirs or the voice's.
  [[nodiscard]] static base::Result<StyleMix, std::string> parse(std::string_view text,
                                                                 std::span<const std::string> names);
  /// Returns nullopt if `number` is not what number() gives for a mix of `styles` styles.
  [[nodiscard]] static std::optional<StyleMix> of_number(std::uint32_t number, std::size_t styles);

  /// Returns the number of the mix; that of one style alone is the style's place.
  [[nodiscard]] std::uint32_t number() const;
  [[nodiscard]] std::span<const MixedStyle> styles() const { return std::span(styles_).first(count_); }
  [[nodiscard]] std::uint32_t first() const { return styles_.front().style; }

  /// The mix as it may be written: parse() of it gives the same mix. REQUIRES: `names` has its styles.
  [[nodiscard]] std::string text(std::span<const std::string> names) const;

  friend bool operator==(const StyleMix& a, const StyleMix& b) { return a.number() == b.number(); }

 private:
  std::array<MixedStyle, kMostMixed> styles_{};
  std::size_t count_ = 1;
};

/// Returns the names of `names` that are likest to `wanted`, the likest first, at most `most`.
[[nodiscard]] std::vector<std::string> nearest_styles(std::string_view wanted, std::span<const std::string> names,
                                                      std::size_t most);

/// Returns the language, as BCP 47, that a style of Kokoro speaks by the first letter of its name; "" for a letter that
/// none has.
[[nodiscard]] std::string_view language_of_style(std::string_view name);

/// Whether texts can be read in the language of a style: Japanese and Chinese cannot.
[[nodiscard]] bool is_read(std::string_view style);

}  // namespace antiphon::voice
