#pragma once

#include <espeak-ng/speak_lib.h>

#include <filesystem>
#include <string>

#include "phonemizer/error.h"

namespace antiphon::phonemizer {

/// The functions of espeak-ng that are used, by their own names.
struct EspeakLibrary {
  decltype(&::espeak_Initialize) initialize = nullptr;
  decltype(&::espeak_Info) info = nullptr;
  decltype(&::espeak_SetVoiceByName) set_voice_by_name = nullptr;
  decltype(&::espeak_TextToPhonemes) text_to_phonemes = nullptr;
  std::string version;

  /// Opens the library for good and gives it its data. Errors: kLibraryNotFound, kDataNotFound.
  [[nodiscard]] static Result<EspeakLibrary> open(const std::filesystem::path& library,
                                                  const std::filesystem::path& data);
};

}  // namespace antiphon::phonemizer
