#include "engine/kokoro/kokoro_engine.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace antiphon::engine::kokoro {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kVersion = "kokoro-1";

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

class KokoroEngine final : public Engine {
 public:
  explicit KokoroEngine(Options options) : options_(std::move(options)) {}

  [[nodiscard]] std::string_view name() const override { return "kokoro"; }
  [[nodiscard]] std::string fingerprint() const override;
  [[nodiscard]] Result<std::unique_ptr<Voice>> load(const fs::path& folder) override;

 private:
  Options options_;
};

std::string KokoroEngine::fingerprint() const {
  const auto runtime = ort::Runtime::open(options_.runtime);
  return std::string(kVersion) + "/" + (runtime ? runtime->fingerprint() : "no-onnxruntime") + "/" +
         options_.readers.version();
}

Result<std::unique_ptr<Voice>> KokoroEngine::load(const fs::path& folder) {
  auto manifest = read_manifest(folder);
  if (!manifest) {
    const bool missing = manifest.error().code == voice::Errc::kVoiceNotFound;
    return failure(missing ? Errc::kVoiceNotFound : Errc::kVoiceCorrupt, std::move(manifest.error().message));
  }
  if (auto sound = voice::check_files(folder, manifest->files); !sound) {
    return failure(Errc::kVoiceCorrupt, std::move(sound.error().message));
  }
  auto reader = options_.readers.make(folder, *manifest);
  if (!reader) return std::unexpected(std::move(reader.error()));
  const auto runtime = ort::Runtime::open(options_.runtime);
  if (!runtime) return failure(Errc::kEngineFailure, runtime.error().message);
  auto loaded = load_voice(*runtime, folder, std::move(*manifest), std::move(*reader));
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  return std::unique_ptr<Voice>(std::move(*loaded));
}

}  // namespace

Result<std::unique_ptr<KokoroVoice>> load_voice(const ort::Runtime& runtime, const fs::path& folder, Manifest manifest,
                                                std::unique_ptr<Reader> reader) {
  std::vector<ort::Session> graphs;
  for (const auto* const name : {kPlanFile, kRenderFile}) {
    auto graph = ort::Session::load(runtime, folder / name);
    if (!graph) return failure(Errc::kVoiceCorrupt, std::move(graph.error().message));
    graphs.push_back(std::move(*graph));
  }
  auto planner = Planner::make(std::move(graphs[0]), manifest.channels);
  if (!planner) return std::unexpected(std::move(planner.error()));
  auto renderer = Renderer::make(std::move(graphs[1]), manifest.channels);
  if (!renderer) return std::unexpected(std::move(renderer.error()));
  return std::make_unique<KokoroVoice>(KokoroParts{.manifest = std::move(manifest),
                                                   .reader = std::move(reader),
                                                   .planner = std::move(*planner),
                                                   .renderer = std::move(*renderer)});
}

std::unique_ptr<Engine> make_kokoro_engine(Options options) {
  return std::make_unique<KokoroEngine>(std::move(options));
}

}  // namespace antiphon::engine::kokoro
