#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "text/markup/window.h"

/// Inside text/markup only: what stands for something else within a line.
namespace antiphon::text::markup {

/// "[label](target)", "[label][reference]" or, with `label` 0, what has no label to be read.
struct Link {
  std::size_t label = 0;   ///< Bytes of the label.
  std::size_t behind = 0;  ///< Bytes from its ] on; of the whole where there is no label.
};
/// The one whose [ stands at `from`.
[[nodiscard]] std::optional<Link> link_at(const Window& window, std::size_t from = 0);
inline constexpr std::size_t kLongestLabel = 240;
inline constexpr std::size_t kLongestTarget = 2048;

/// "[label](/phonemes/)" or "[[ phonemes ]]".
struct Phonemes {
  std::size_t bytes = 0;
  std::size_t begin = 0;  ///< The phonemes are the bytes [begin, end) of the window.
  std::size_t end = 0;
};
/// Returns nullopt also where a private sign (characters/signs.h) is among them.
[[nodiscard]] std::optional<Phonemes> phonemes_at(const Window& window);

/// Each of the words of `phonemes` between the signs that say what it is.
[[nodiscard]] std::string phoneme_words(std::string_view phonemes);

/// An address of the web at `from`, the begin of a word: what comes before its host, which is not read, and the host.
struct Address {
  std::size_t before = 0;
  std::size_t host = 0;
};
[[nodiscard]] std::optional<Address> address_at(const Window& window, std::size_t from = 0);
/// Whether an address has ended here: at a character that stands in no address, or at marks with one behind them.
[[nodiscard]] bool address_ends(const Window& window);

/// Whether `c` is of a script that puts no spaces between words, so that an address may touch it.
[[nodiscard]] bool stands_tight(char32_t c);

/// "`code`", which ends on its line with as many backticks as it begins with: its bytes; 0 where it is none.
[[nodiscard]] std::size_t code_at(const Window& window);
/// How many backticks stand at `from`, kMostBackticks at most.
[[nodiscard]] std::size_t backticks_at(const Window& window, std::size_t from);
inline constexpr std::size_t kLongestCode = 160;
inline constexpr std::size_t kMostBackticks = 64;

/// "*sighs*" and the like, which tell what a speaker does: its bytes, 0 where it is none.
[[nodiscard]] std::size_t action_at(const Window& window);

[[nodiscard]] bool is_emoji(char32_t c);
/// Its name in Unicode, in small letters; empty for what only changes another one.
[[nodiscard]] std::string emoji_name(char32_t c);

}  // namespace antiphon::text::markup
