#include "phonemizer/espeak_library.h"

#include <dlfcn.h>

#include <string_view>

namespace antiphon::phonemizer {
namespace {

/// The phonemes of other versions differ.
constexpr std::string_view kVersion = "1.52";

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

template <class Function>
bool find(void* handle, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(handle, name));
  return function != nullptr;
}

}  // namespace

Result<EspeakLibrary> EspeakLibrary::open(const std::filesystem::path& library, const std::filesystem::path& data) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(data / "phontab", ignored)) {
    return failure(Errc::kDataNotFound, data.string() + " is not espeak-ng's data: it has no phontab");
  }
  void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps one per thread.
    return failure(Errc::kLibraryNotFound, reason != nullptr ? reason : library.string() + ": cannot be opened");
  }
  EspeakLibrary opened;
  if (!find(handle, "espeak_Initialize", opened.initialize) || !find(handle, "espeak_Info", opened.info) ||
      !find(handle, "espeak_SetVoiceByName", opened.set_voice_by_name) ||
      !find(handle, "espeak_TextToPhonemes", opened.text_to_phonemes)) {
    return failure(Errc::kLibraryNotFound, library.string() + " is not espeak-ng");
  }
  opened.version = opened.info(nullptr);
  if (!opened.version.starts_with(kVersion)) {
    return failure(Errc::kLibraryNotFound, library.string() + " is espeak-ng " + opened.version + ", not 1.52");
  }
  if (opened.initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, data.c_str(), espeakINITIALIZE_DONT_EXIT) < 0) {
    return failure(Errc::kDataNotFound, data.string() + ": espeak-ng refuses its data");
  }
  return opened;
}

}  // namespace antiphon::phonemizer
