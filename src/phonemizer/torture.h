#pragma once

#include <cstdint>

/// For tests.
namespace antiphon::phonemizer {

/// Speaks the hostile text of that number. Returns whether the phonemes
/// of a plain sentence are what they were before, so that espeak-ng is whole. May end the process.
[[nodiscard]] bool survives(std::uint64_t number);

}  // namespace antiphon::phonemizer
