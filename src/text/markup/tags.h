#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "text/markup/window.h"

namespace antiphon::text::markup {

/// A tag of HTML or SSML.
struct Tag {
  std::size_t bytes = 0;  ///< From < to >.
  std::string name;       ///< In small letters.
  std::string attributes;
  bool closes = false;  ///< </name>
};
inline constexpr std::size_t kLongestTag = 512;

/// Inside text/markup only. The tag that the window begins with; nothing where < begins none, as in "a < b".
[[nodiscard]] std::optional<Tag> tag_at(const Window& window);
/// Bytes of the window from `from` on before `closing`; npos where it does not follow within kLongestContent, or
/// `opening` comes first: then what was opened is only spoken of. Both begin with < or -.
[[nodiscard]] std::size_t content_of(const Window& window, std::string_view opening, std::string_view closing,
                                     std::size_t from);
inline constexpr std::size_t kLongestContent = 4096;
/// The value of an attribute, without its quotes; empty where there is none.
[[nodiscard]] std::string_view attribute(const Tag& tag, std::string_view name);
/// Whether the elements of this name stand on lines of their own.
[[nodiscard]] bool parts_lines(std::string_view name);

/// "1.5s", "500ms", and without a unit seconds; clamped to characters::kLongestPause. Nothing where it is none.
[[nodiscard]] std::optional<base::Duration> read_pause(std::string_view written);
/// The pause that <break> asks for, by its time or its strength.
[[nodiscard]] base::Duration break_pause(const Tag& tag);

/// "[pause:1s]", "[pause 500ms]" or "[pause]", which the window begins with.
struct BracketPause {
  std::size_t bytes = 0;
  base::Duration length{};
};
[[nodiscard]] std::optional<BracketPause> bracket_pause_at(const Window& window);

}  // namespace antiphon::text::markup
