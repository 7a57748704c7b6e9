#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "voice/style_mix.h"

namespace antiphon::engine::kokoro::front {

inline constexpr std::size_t kStyleFloats = 256;
inline constexpr std::size_t kStyleRows = 510;  ///< By the number of signs: row n for n of them.
using Style = std::array<float, kStyleFloats>;

/// A style under its name, as npm's kokoro-js has it: kStyleRows rows of kStyleFloats, little-endian.
struct NamedStyle {
  std::string name;
  std::string bytes;
};
inline constexpr std::size_t kStyleBytes = kStyleRows * kStyleFloats * sizeof(float);

/// The table of a voice's styles. Any thread once it is made.
class Styles {
 public:
  static constexpr std::size_t kMostNameBytes = 31;
  static constexpr std::size_t kMostBytes = 64 + voice::kMostStyles * (kMostNameBytes + 1 + kStyleBytes);

  /// Puts styles into the format of kStylesFile: "ANTIPHON STYLES 1\n", how many, a line with each name, and their
  /// rows. The error says what is wrong with one.
  [[nodiscard]] static base::Result<std::string, std::string> pack(std::span<const NamedStyle> styles);
  /// Takes the contents of kStylesFile. The error says what is wrong. Every value is finite and at most kMostValue in
  /// size.
  [[nodiscard]] static base::Result<Styles, std::string> parse(std::string bytes);
  static constexpr float kMostValue = 100;

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// The weighted sum of the styles' rows for so many signs; the last row for more. Summed in the order of the mix.
  /// REQUIRES: the styles of the mix are there.
  [[nodiscard]] Style mixed(const voice::StyleMix& mix, std::size_t signs) const;

 private:
  std::vector<std::string> names_;
  std::string bytes_;
  std::size_t rows_at_ = 0;
};

}  // namespace antiphon::engine::kokoro::front
