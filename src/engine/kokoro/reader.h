#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/api/engine.h"
#include "engine/common/reading.h"
#include "engine/kokoro/model.h"

namespace antiphon::engine::kokoro {

/// A text as the model takes it, and where the words lie in it.
struct Spoken {
  std::vector<std::int64_t> tokens;         ///< With the silence, 0, at both ends: at most kMostTokens + 2.
  std::array<float, kStyleFloats> style{};  ///< Of the speaker, or a mix of several, for as many tokens.
  std::vector<Word> words;                  ///< Those that are heard.
  std::vector<std::size_t> starts;          ///< For each phoneme of the text its place in `tokens`.
};

/// Text to tokens and a style. One thread at a time; no result depends on another call.
class Reader {
 public:
  virtual ~Reader() = default;
  /// The names of the speakers by their numbers.
  [[nodiscard]] virtual const std::vector<std::string>& speakers() const = 0;
  /// Errors: kBadArgument where there is no such speaker; kNothingToSpeak; kSegmentTooLong; kEngineFailure.
  [[nodiscard]] virtual Result<Spoken> read(std::string_view text, std::uint32_t speaker) = 0;
};

}  // namespace antiphon::engine::kokoro
