#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "top/view.h"

namespace antiphon::top {

enum class Tone : std::uint8_t { kPlain, kTitle, kGood, kWarning, kBad };

/// A line of the screen, of one colour.
struct Line {
  std::string text;
  Tone tone = Tone::kPlain;
};

/// In characters.
struct ScreenSize {
  std::size_t columns = 80;
  std::size_t rows = 24;
};

struct Heading {
  std::string server;  ///< Its address.
  std::string notice;  ///< What is wrong with the connection; "": nothing.
};

/// Returns the lines that show `view`: no more than fit, none of them longer than a row. Of streams and workers that do
/// not fit it is said how many there are. Pure.
[[nodiscard]] std::vector<Line> layout(const View& view, const Heading& heading, ScreenSize size);

enum class Colours : std::uint8_t { kNone, kAnsi };

/// Returns the text of the lines, each with its end. With colours every line erases what was behind it before.
[[nodiscard]] std::string to_text(const std::vector<Line>& lines, Colours colours);

}  // namespace antiphon::top
