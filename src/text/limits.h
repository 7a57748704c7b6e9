#pragma once

#include <cstddef>

#include "text/segmenter.h"
#include "text/sentences.h"

/// Inside text/ only: the options with values out of range clamped.
namespace antiphon::text {

/// Longest segment, in units of spoken_length().
[[nodiscard]] std::size_t limit_of(const Options& options);
[[nodiscard]] base::Duration pause_of(const Options& options);
/// The silence behind a sentence where `usual` is that behind others.
[[nodiscard]] base::Duration pause_behind(const Sentence& sentence, base::Duration usual);

}  // namespace antiphon::text
