#pragma once

#include <optional>

#include "text/reading/source.h"

namespace antiphon::text::reading {

/// Inside text/reading only: signs that are heard as pauses, in every language.
/// An ellipsis in either spelling, a dash and a bracket within a sentence pause
/// as a comma does; the same sign sounds the same however it is written.
/// `before`: what has been read so far.
[[nodiscard]] std::optional<Match> pause_mark(const Source& source, std::size_t at, std::string_view before);

}  // namespace antiphon::text::reading
