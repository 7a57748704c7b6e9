#include "voice_import/prepare_hibari.h"

#include <fmt/format.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "base/sha256.h"
#include "voice/voice_id.h"
#include "voice_import/hibari_assets.h"
#include "voice_import/hibari_package.h"
#include "voice_import/spectral.h"
#include "voice_import/workshop.h"

namespace antiphon::voice_import {
namespace {

namespace fs = std::filesystem;
namespace hibari = engine::hibari;

std::unexpected<Error> failure(Errc code, const fs::path& path, std::string_view what) {
  return std::unexpected(Error{.code = code, .message = fmt::format("{}: {}", path.string(), what)});
}

/// A result of `make`, or its error with the file that it is about.
template <class T>
Result<T> about(const fs::path& file, Result<T> made) {
  if (made) return made;
  return failure(made.error().code, file, made.error().message);
}

std::string digest_of(const HibariPackage& package) {
  std::string digests;
  for (const auto* const bytes : {&package.model, &package.spelling, &package.alphabet, &package.phonemes,
                                  &package.words, &package.more_words, &package.tagger, &package.tokens}) {
    digests += base::sha256_hex(*bytes);
  }
  return base::sha256_hex(digests);
}

/// Puts a file into the workshop and its digest into the manifest.
Result<void> add_file(const fs::path& folder, const char* name, std::string_view bytes, hibari::Manifest& manifest) {
  if (auto written = write_file(folder / name, bytes); !written) return written;
  manifest.files.push_back({.name = name, .bytes = bytes.size(), .sha256 = base::sha256_hex(bytes)});
  return {};
}

/// All that a prepared voice's files hold.
struct Made {
  SpectralParts graphs;
  std::string spelling;
  std::string words;
  std::string more_words;
  std::string tokens;
  TaggerTables tagger;
  std::map<std::string, std::int64_t> phonemes;
  SpellingAlphabet alphabet;
};

Result<Made> make(const fs::path& folder, const HibariPackage& package) {
  Made made;
  std::optional<Error> failed;
  const auto take = [&](auto result, auto& into) {
    if (!result && !failed) failed = std::move(result.error());
    if (result) into = std::move(*result);
  };
  take(about(folder / kHibariModel, cut_spectral(package.model)), made.graphs);
  take(about(folder / "oov.onnx", with_float_output(package.spelling)), made.spelling);
  take(about(folder / "oov.json", spelling_alphabet(package.alphabet)), made.alphabet);
  take(about(folder / "vocab.json", phoneme_ids(package.phonemes, made.graphs.phonemes)), made.phonemes);
  take(about(folder / "lexicon_us_gold.json", lexicon_table(package.words)), made.words);
  take(about(folder / "lexicon_us_silver.json", lexicon_table(package.more_words)), made.more_words);
  take(about(folder / "tagger.json", tagger_tables(package.tagger)), made.tagger);
  take(about(folder / "tokenizer_exceptions.json", tokens_table(package.tokens)), made.tokens);
  if (failed) return std::unexpected(std::move(*failed));
  return made;
}

Result<hibari::Manifest> write_parts(const fs::path& folder, const std::string& id, const std::string& digest,
                                     Made made) {
  hibari::Manifest manifest = {.id = id,
                               .language = "en-US",
                               .phonemes = std::move(made.phonemes),
                               .features = made.graphs.features,
                               .letters = std::move(made.alphabet.letters),
                               .sounds = std::move(made.alphabet.sounds),
                               .longest_word = made.alphabet.longest_word,
                               .tags = std::move(made.tagger.tags),
                               .source_sha256 = digest,
                               .files = {},
                               .costs = {},
                               .gain_db = {}};
  for (const auto& [name, bytes] : {std::pair<const char*, const std::string&>(hibari::kPlanFile, made.graphs.plan),
                                    {hibari::kHeadFile, made.graphs.head},
                                    {hibari::kSpellingFile, made.spelling},
                                    {hibari::kWordsFile, made.words},
                                    {hibari::kMoreWordsFile, made.more_words},
                                    {hibari::kTagsFile, made.tagger.sure},
                                    {hibari::kKnownFile, made.tagger.known},
                                    {hibari::kWeightsFile, made.tagger.weights},
                                    {hibari::kTokensFile, made.tokens}}) {
    if (auto added = add_file(folder, name, bytes, manifest); !added) return std::unexpected(added.error());
  }
  return manifest;
}

}  // namespace

Result<std::string> digest_of_package(const fs::path& folder) {
  const auto package = read_hibari_package(folder);
  if (!package) return std::unexpected(package.error());
  return digest_of(*package);
}

Result<PreparedHibari> prepare_hibari(const fs::path& folder, const fs::path& store, const PrepareOptions& options) {
  const auto name = folder.filename().empty() ? folder.parent_path().filename() : folder.filename();
  const auto id = options.id.empty() ? name.string() : options.id;
  if (!voice::valid_voice_id(id)) {
    return failure(Errc::kBadId, id, "cannot be a voice's id (1 to 64 letters, digits, '.', '_' and '-')");
  }
  const auto package = read_hibari_package(folder);
  if (!package) return std::unexpected(package.error());
  const auto digest = digest_of(*package);
  const auto place = store / id;
  std::error_code error;
  if (fs::exists(place, error)) {
    auto there = hibari::read_manifest(place);
    if (there && there->source_sha256 == digest) {
      return PreparedHibari{.manifest = std::move(*there), .folder = place, .already_there = true};
    }
    // One that another preparation made of the same package is made anew.
    const bool outdated = !there && voice::source_of(place) == digest;
    if (!options.replace && !outdated) return failure(Errc::kVoiceExists, place, "another voice of this name is there");
  }
  auto made = make(folder, *package);
  if (!made) return std::unexpected(std::move(made.error()));
  const Workshop workshop(store / fmt::format(".preparing-{}-{}", id, ::getpid()));
  fs::create_directories(workshop.folder(), error);
  if (error) return failure(Errc::kFileFailure, workshop.folder(), error.message());
  auto manifest = write_parts(workshop.folder(), id, digest, std::move(*made));
  if (!manifest) return std::unexpected(std::move(manifest.error()));
  const auto runtime = engine::ort::Runtime::open(options.runtime);
  if (!runtime) return failure(Errc::kRunFailed, "ONNX Runtime", runtime.error().message);
  auto verified = about(folder / kHibariModel, verify_hibari(*runtime, workshop.folder(), *manifest, package->model));
  if (!verified) return std::unexpected(std::move(verified.error()));
  manifest->costs = verified->costs;
  if (auto written = hibari::write_manifest(workshop.folder(), *manifest); !written) {
    return std::unexpected(std::move(written.error()));
  }
  // What will be read must be what was meant.
  if (auto again = hibari::read_manifest(workshop.folder()); !again) return std::unexpected(std::move(again.error()));
  if (auto done = put(workshop.folder(), place); !done) return std::unexpected(std::move(done.error()));
  return PreparedHibari{
      .manifest = std::move(*manifest), .folder = place, .already_there = false, .verification = *verified};
}

}  // namespace antiphon::voice_import
