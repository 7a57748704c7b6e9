#pragma once

#include <optional>
#include <string_view>

#include "text/characters/signs.h"
#include "text/markup/tags.h"

/// Inside text/markup only: what the tags of SSML 1.1 say of the text within them.
namespace antiphon::text::markup {

/// How the text within <prosody> is spoken where that around it is spoken as `outer`. Labels, multiples ("1.2", "120%")
/// and volumes from 0 to 100 count from the request's own speed and loudness; changes ("+20%", "-6dB") from `outer`.
/// What cannot be read changes nothing; what is too much is clamped.
[[nodiscard]] characters::Prosody prosody_within(const Tag& tag, const characters::Prosody& outer);

/// What the text within <say-as> is. Returns nullopt for what needs no help to be read, and for what is not known.
[[nodiscard]] std::optional<characters::SayAs> say_as_within(const Tag& tag);

/// Whether the name is one of SSML's or HTML's.
[[nodiscard]] bool is_known(std::string_view name);

}  // namespace antiphon::text::markup
