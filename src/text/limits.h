#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "text/segmenter.h"
#include "text/sentences.h"

/// Inside text/ only: the options with values out of range clamped.
namespace antiphon::text {

/// Longest segment in such a prosody, in units of spoken_length().
[[nodiscard]] std::size_t limit_of(const Options& options, const characters::Prosody& prosody);
[[nodiscard]] base::Duration pause_of(const Options& options);
/// The silence behind a sentence where `usual` is that behind others.
[[nodiscard]] base::Duration pause_behind(const Sentence& sentence, base::Duration usual);

/// Appends the segments of a sentence, with the silence around it.
void append_segments(const Sentence& sentence, const Options& options, std::vector<Segment>& out);
/// segment() of a text behind which, and before which, there is more.
[[nodiscard]] std::vector<Segment> segment(std::string_view normalised, const Options& options, SentenceState& state);

}  // namespace antiphon::text
