#include "engine/hibari/hibari_engine.h"

#include <gnu/libc-version.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/hibari/table_file.h"

namespace antiphon::engine::hibari {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kVersion = "hibari-1";

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

class HibariEngine final : public Engine {
 public:
  explicit HibariEngine(Options options) : options_(std::move(options)) {}

  [[nodiscard]] std::string_view name() const override { return "hibari"; }
  [[nodiscard]] std::string fingerprint() const override;
  [[nodiscard]] Result<std::unique_ptr<Voice>> load(const fs::path& folder) override;

 private:
  Options options_;
};

/// kissfft takes its sines from the C library.
std::string HibariEngine::fingerprint() const {
  const auto runtime = ort::Runtime::open(options_.runtime);
  return std::string(kVersion) + "/" + (runtime ? runtime->fingerprint() : "no-onnxruntime") + "/glibc-" +
         gnu_get_libc_version();
}

Result<std::unique_ptr<Voice>> HibariEngine::load(const fs::path& folder) {
  auto manifest = read_manifest(folder);
  if (!manifest) {
    const bool missing = manifest.error().code == voice::Errc::kVoiceNotFound;
    return failure(missing ? Errc::kVoiceNotFound : Errc::kVoiceCorrupt, std::move(manifest.error().message));
  }
  if (auto sound = voice::check_files(folder, manifest->files); !sound) {
    return failure(Errc::kVoiceCorrupt, std::move(sound.error().message));
  }
  const auto runtime = ort::Runtime::open(options_.runtime);
  if (!runtime) return failure(Errc::kEngineFailure, runtime.error().message);
  auto loaded = load_voice(*runtime, folder, std::move(*manifest));
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  return std::unique_ptr<Voice>(std::move(*loaded));
}

Result<Reader> make_reader(const fs::path& folder, const Manifest& manifest, ort::Session spelling_graph) {
  std::array<Table, 6> tables;
  constexpr std::array kNames = {kWordsFile, kMoreWordsFile, kTagsFile, kKnownFile, kWeightsFile, kTokensFile};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    auto table = read_table(folder / kNames.at(i));
    if (!table) return std::unexpected(std::move(table.error()));
    tables.at(i) = std::move(*table);
  }
  auto spelling = Spelling::make(std::move(spelling_graph), manifest);
  if (!spelling) return std::unexpected(std::move(spelling.error()));
  auto& [words, more_words, tags, known, weights, special] = tables;
  return Reader(
      {.tokenizer = Tokenizer(std::move(special)),
       .tagger = Tagger(
           {.names = manifest.tags, .sure = std::move(tags), .known = std::move(known), .weights = std::move(weights)}),
       .lexicon = Lexicon({.words = std::move(words), .more_words = std::move(more_words)}),
       .speller = std::make_unique<Spelling>(std::move(*spelling))});
}

}  // namespace

Result<std::unique_ptr<HibariVoice>> load_voice(const ort::Runtime& runtime, const fs::path& folder,
                                                Manifest manifest) {
  std::vector<ort::Session> graphs;
  for (const auto* const name : {kPlanFile, kHeadFile, kSpellingFile}) {
    auto graph = ort::Session::load(runtime, folder / name);
    if (!graph) return failure(Errc::kVoiceCorrupt, std::move(graph.error().message));
    graphs.push_back(std::move(*graph));
  }
  auto planner = Planner::make(std::move(graphs[0]), manifest.features);
  if (!planner) return std::unexpected(std::move(planner.error()));
  auto renderer = Renderer::make(std::move(graphs[1]), manifest.features);
  if (!renderer) return std::unexpected(std::move(renderer.error()));
  auto reader = make_reader(folder, manifest, std::move(graphs[2]));
  if (!reader) return std::unexpected(std::move(reader.error()));
  return std::make_unique<HibariVoice>(HibariParts{.manifest = std::move(manifest),
                                                   .reader = std::move(*reader),
                                                   .planner = std::move(*planner),
                                                   .renderer = std::move(*renderer)});
}

std::unique_ptr<Engine> make_hibari_engine(Options options) {
  return std::make_unique<HibariEngine>(std::move(options));
}

}  // namespace antiphon::engine::hibari
