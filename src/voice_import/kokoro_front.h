#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "voice_import/error.h"

namespace antiphon::voice_import {

/// A file of Kokoro's front end, under a name of engine/kokoro/front/files.h.
struct FrontFile {
  std::string name;
  std::string bytes;
};

/// Makes the files of Kokoro's front end. `styles` is the folder of npm's kokoro-js that has NAME.bin for each style;
/// af_heart, which speaks where no style is named, comes first, the others by their names. `english` is the folder
/// hibari/assets of PyPI's hibari-tts, whose lists of words and tagger of English are misaki's. Errors: kFileFailure,
/// kConfigInvalid; a message names the file.
[[nodiscard]] Result<std::vector<FrontFile>> kokoro_front(const std::filesystem::path& styles,
                                                          const std::filesystem::path& english);

}  // namespace antiphon::voice_import
