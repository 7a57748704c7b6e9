#pragma once

#include <cstdint>

namespace antiphon::text::markup {

/// What happens to the signs of Markdown and HTML.
enum class Markup : std::uint8_t {
  kStrip,  ///< They are left out; a link is its label, an image its text, an address its host.
  kRead,   ///< They are part of the text.
};

/// What happens to emoji.
enum class Emoji : std::uint8_t {
  kSilent,  ///< They are left out.
  kNamed,   ///< Their Unicode names are part of the text.
};

/// Part of what decides the bytes of the speech.
struct Options {
  Markup markup = Markup::kStrip;
  Emoji emoji = Emoji::kSilent;
};

}  // namespace antiphon::text::markup
