#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/api/engine.h"
#include "engine/common/reading.h"
#include "engine/hibari/reader.h"
#include "engine/kokoro/front/styles.h"
#include "phonemizer/phonemizer.h"

/// Kokoro's front end: from a text and the number of a style to what the model is run with.
namespace antiphon::engine::kokoro::front {

/// What the model is run with, and where the words lie in it.
struct Input {
  /// The numbers of the signs, with the pad, 0, at both ends: at most kMostTokens + 2.
  std::vector<std::int64_t> tokens;
  Style style{};                    ///< Of the table's row for as many signs, mixed.
  std::u32string phonemes;          ///< In misaki's alphabet.
  std::vector<Word> words;          ///< Those that are heard.
  std::vector<std::size_t> starts;  ///< For each phoneme the place in `tokens` of its sign, or of the next one.
};

/// Signs without the pads that the model takes at once.
inline constexpr std::size_t kMostTokens = 510;

/// One thread at a time; no result depends on another call.
class FrontEnd {
 public:
  /// Reads the files of files.h. Error: kVoiceCorrupt.
  [[nodiscard]] static Result<FrontEnd> load(const std::filesystem::path& folder, phonemizer::Phonemizer phonemizer);

  /// `speaker` is the number of a voice::StyleMix, whose first style decides the language. Errors: kBadArgument where
  /// it is none, or of a language that is not read; kNothingToSpeak; kSegmentTooLong; kEngineFailure.
  [[nodiscard]] Result<Input> read(std::string_view text, std::uint32_t speaker);

  /// The names of the styles by their places: what the manifest gives as the voice's speakers.
  [[nodiscard]] const std::vector<std::string>& styles() const { return styles_.names(); }

 private:
  FrontEnd(Styles styles, phonemizer::Phonemizer phonemizer, hibari::Reader american, hibari::Reader british);

  [[nodiscard]] Result<hibari::Reading> sound_of(std::string_view text, std::string_view style);

  Styles styles_;
  phonemizer::Phonemizer phonemizer_;
  hibari::Reader american_;
  hibari::Reader british_;
};

}  // namespace antiphon::engine::kokoro::front
