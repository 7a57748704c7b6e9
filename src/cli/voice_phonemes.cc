#include "cli/voice_phonemes.h"

#include <optional>

#include "engine/common/reading.h"
#include "phonemizer/phonemizer.h"
#include "text/characters/characters.h"
#include "voice/manifest.h"

namespace antiphon::cli {
namespace {

std::optional<std::u32string> phonemes_of(const phonemizer::Phonemizer& phonemizer, const std::string& espeak_voice,
                                          std::string_view text) {
  std::u32string all;
  for (const auto& stretch : engine::stretches_of(text)) {
    if (stretch.as == engine::Sounded::As::kPhonemes) {
      engine::append_sound(all, phonemizer::decomposed(stretch.text));
      continue;
    }
    const auto clauses = phonemizer.phonemise(stretch.text, espeak_voice);
    if (!clauses) return std::nullopt;
    engine::append_sound(all, phonemizer::join(*clauses));
  }
  return all;
}

}  // namespace

std::vector<std::string> phonemes_of(const config::Engine& paths, const delivery::ServedVoice& voice,
                                     std::span<const std::string> texts) {
  if (voice.engine != "piper") return {};
  const auto manifest = voice::read_manifest(voice.folder);
  phonemizer::Options options;
  if (!paths.espeak_library.empty()) options.library = paths.espeak_library;
  if (!paths.espeak_data.empty()) options.data = paths.espeak_data;
  const auto phonemizer = phonemizer::Phonemizer::open(options);
  if (!manifest || !phonemizer || manifest->phoneme_type != "espeak") return {};
  std::vector<std::string> out;
  for (const auto& text : texts) {
    const auto phonemes = phonemes_of(*phonemizer, manifest->espeak_voice, text);
    if (!phonemes) return {};
    auto& utf8 = out.emplace_back();
    for (const char32_t c : *phonemes) text::characters::append(utf8, c);
  }
  return out;
}

}  // namespace antiphon::cli
