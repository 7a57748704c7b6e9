#include "engine/piper/piper_engine.h"

#include <unicode/unistr.h>

#include "engine/piper/graphs.h"
#include "engine/piper/kernel_renderer.h"
#include "engine/piper/piper_voice.h"

namespace antiphon::engine::piper {
namespace {

constexpr std::string_view kVersion = "piper-2";

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

Errc code_of(voice::Errc code) {
  return code == voice::Errc::kVoiceNotFound ? Errc::kVoiceNotFound : Errc::kVoiceCorrupt;
}

/// Piper merges code points into one phoneme only for voices that ask for it, which preparation refuses.
Result<PhonemeIds> ids_of(const voice::Manifest& manifest) {
  PhonemeMap map;
  for (const auto& [phoneme, ids] : manifest.phoneme_id_map) {
    const auto text = icu::UnicodeString::fromUTF8(phoneme);
    if (text.countChar32() == 1) map.emplace(static_cast<char32_t>(text.char32At(0)), ids);
  }
  return PhonemeIds::make(std::move(map));
}

/// Whether only ONNX Runtime does it.
bool needs_ort(const Batching& batching) { return batching.size > 1 || batching.device.kind == device::Kind::kCuda; }

class PiperEngine final : public Engine {
 public:
  explicit PiperEngine(Options options) : options_(std::move(options)) {}

  [[nodiscard]] std::string_view name() const override { return "piper"; }
  [[nodiscard]] std::string fingerprint() const override;
  [[nodiscard]] Result<std::unique_ptr<Voice>> load(const std::filesystem::path& folder) override;

 private:
  Options options_;
};

std::string PiperEngine::fingerprint() const {
  const auto runtime = ort::Runtime::open(options_.runtime);
  const auto phonemizer = phonemizer::Phonemizer::open(options_.phonemizer);
  auto kernel = options_.kernel ? std::string(voice::name_of(*options_.kernel)) : "by-voice";
  const auto& batching = options_.batching;
  if (batching.size > 1) kernel = "ort-batch-" + std::to_string(batching.size);
  if (!batching.device_name.empty()) kernel += " on " + batching.device_name;
  return std::string(kVersion) + "/" + kernel_fingerprint() + "/" + kernel + "/" +
         (runtime ? runtime->fingerprint(batching.device.kind) : "no-onnxruntime") + "/" +
         (phonemizer ? phonemizer->version() : "no-espeak-ng");
}

Result<std::unique_ptr<Voice>> PiperEngine::load(const std::filesystem::path& folder) {
  auto manifest = voice::read_manifest(folder);
  if (!manifest) return failure(code_of(manifest.error().code), std::move(manifest.error().message));
  if (auto sound = voice::check_files(folder, *manifest); !sound) {
    return failure(Errc::kVoiceCorrupt, std::move(sound.error().message));
  }
  const auto runtime = ort::Runtime::open(options_.runtime);
  if (!runtime) return failure(Errc::kEngineFailure, runtime.error().message);
  const auto phonemizer = phonemizer::Phonemizer::open(options_.phonemizer);
  if (!phonemizer) return failure(Errc::kEngineFailure, phonemizer.error().message);
  auto ids = ids_of(*manifest);
  if (!ids) return std::unexpected(std::move(ids.error()));

  const bool by_ort = needs_ort(options_.batching);
  if (by_ort && options_.kernel && *options_.kernel != voice::Kernel::kOrt) {
    return failure(Errc::kEngineFailure,
                   "our own kernels render on the processor, one grain at a time; the kernel has "
                   "to be ort");
  }
  const auto kernel = by_ort ? voice::Kernel::kOrt : options_.kernel.value_or(manifest->kernel);
  auto graphs = load_graphs(*runtime, folder, *manifest, kernel, options_.batching);
  if (!graphs) return std::unexpected(std::move(graphs.error()));
  return std::make_unique<PiperVoice>(PiperParts{.manifest = std::move(*manifest),
                                                 .phonemizer = *phonemizer,
                                                 .ids = std::move(*ids),
                                                 .planner = std::move(graphs->planner),
                                                 .renderer = std::move(graphs->renderer)});
}

}  // namespace

std::unique_ptr<Engine> make_piper_engine(Options options) { return std::make_unique<PiperEngine>(std::move(options)); }

}  // namespace antiphon::engine::piper
