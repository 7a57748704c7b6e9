#pragma once

#include <cstddef>
#include <string_view>

#include "text/markup/lines.h"
#include "text/markup/window.h"

namespace antiphon::text::markup {

/// Inside text/markup only: the sign at the begin of a line that says what the line is.
struct Marker {
  std::size_t bytes = 0;  ///< 0: there is none.
  Block block = Block::kText;
  enum class Then : std::uint8_t {
    kSameLine,  ///< Another marker may follow.
    kText,      ///< The line's text follows.
    kDropLine,  ///< The rest of the line is no text.
    kFence,     ///< The same, and code begins or ends.
  } then = Then::kText;
  std::string_view says{};  ///< What is read for its last bytes, as the comma behind a number.
  std::size_t kept = 0;     ///< Bytes of it that are text.
  std::size_t number = 0;   ///< Number of an item that has one.
  char fence = 0;           ///< The sign of a fence.
};

/// The marker that the window begins with, behind the white space of its line. Markdown's headings, quotations, items,
/// tasks, rules, tables and fences, and the bullets of plain texts.
[[nodiscard]] Marker marker_at(const Window& window, Block so_far);
/// The fence of code that stands here.
[[nodiscard]] Marker fence_at(const Window& window);

}  // namespace antiphon::text::markup
