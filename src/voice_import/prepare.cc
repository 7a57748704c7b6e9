#include "voice_import/prepare.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/sha256.h"
#include "voice/phoneme_table.h"
#include "voice/voice_id.h"
#include "voice_import/operate.h"
#include "voice_import/piper_config.h"
#include "voice_import/workshop.h"

namespace antiphon::voice_import {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostModelBytes = std::uint64_t{1} << 30U;
constexpr std::uint64_t kMostConfigBytes = std::uint64_t{4} << 20U;

std::unexpected<Error> failure(Errc code, const fs::path& path, std::string_view what) {
  return std::unexpected(Error{.code = code, .message = fmt::format("{}: {}", path.string(), what)});
}

/// `error`, with the file that it is about; one that concerns a file of the store names that itself.
std::unexpected<Error> about(const Error& error, const fs::path& model, const fs::path& config) {
  if (error.code == Errc::kFileFailure || error.code == Errc::kFileDamaged) return std::unexpected(error);
  return failure(error.code, error.code == Errc::kConfigInvalid ? config : model, error.message);
}

Result<void> write_parts(const fs::path& folder, const Parts& parts, voice::Manifest& manifest) {
  for (const auto& [name, bytes] : {std::pair<const char*, const std::string&>(voice::kPlanFile, parts.plan),
                                    {voice::kRenderSingleFile, parts.single},
                                    {voice::kRenderFirstFile, parts.first},
                                    {voice::kRenderMiddleFile, parts.middle},
                                    {voice::kRenderLastFile, parts.last},
                                    {voice::kRenderWeightsFile, parts.weights},
                                    {voice::kNetworkFile, parts.network},
                                    {voice::kSpeakerFile, parts.speaker}}) {
    if (bytes.empty() && name != voice::kRenderWeightsFile) continue;
    if (auto written = write_file(folder / name, bytes); !written) return written;
    manifest.files.push_back({.name = name, .bytes = bytes.size(), .sha256 = base::sha256_hex(bytes)});
  }
  return {};
}

voice::Manifest manifest_of(const std::string& id, PiperConfig config, const Parts& parts) {
  constexpr std::size_t kMostReason = 1'024;
  voice::Manifest manifest{.id = id,
                           .language = std::move(config.language),
                           .sample_rate = config.sample_rate,
                           .phoneme_type = std::move(config.phoneme_type),
                           .espeak_voice = std::move(config.espeak_voice),
                           .phoneme_id_map = std::move(config.phoneme_id_map),
                           .noise_scale = config.noise_scale,
                           .noise_w = config.noise_w,
                           .length_scale = config.length_scale,
                           .speakers = std::move(config.speakers),
                           .speaker_input = parts.speaker_input,
                           .prior_channels = parts.prior_channels,
                           .geometry = parts.geometry,
                           .not_windowed_because = parts.not_windowed_because.substr(0, kMostReason),
                           .kernel = voice::Kernel::kOrt,
                           .not_fast_because = parts.no_network_because.substr(0, kMostReason),
                           .states = {},
                           .source_sha256 = {},
                           .files = {},
                           .costs = {}};
  for (const auto& state : parts.states)
    manifest.states.push_back({.channels = state.channels, .length = state.length});
  return manifest;
}

/// Error: kConfigInvalid where the configuration promises what the model does not have.
Result<void> check(const PiperConfig& config, const Parts& parts) {
  const auto refuse = [](std::string message) {
    return std::unexpected(Error{.code = Errc::kConfigInvalid, .message = std::move(message)});
  };
  for (const auto& [phoneme, ids] : config.phoneme_id_map) {
    const auto most = std::ranges::max(ids);
    if (parts.phonemes == 0 || most < parts.phonemes) continue;
    return refuse(
        fmt::format("{}: {}, but the model has {} phonemes", voice::phoneme_key(phoneme), most, parts.phonemes));
  }
  const auto speakers = static_cast<std::int64_t>(std::max<std::size_t>(config.speakers.size(), 1));
  if (speakers > 1 && !parts.speaker_input) {
    return refuse(fmt::format("num_speakers: {}, but the model has one speaker", speakers));
  }
  if (parts.speakers != 0 && speakers > parts.speakers) {
    return refuse(fmt::format("num_speakers: {}, but the model has {} speakers", speakers, parts.speakers));
  }
  return {};
}

Result<voice::Manifest> build(const fs::path& folder, const std::string& id, const std::string& model,
                              PiperConfig config, const PrepareOptions& options) {
  auto parts = operate(model, {.grain_frames = options.grain_frames, .weights_file = voice::kRenderWeightsFile});
  if (!parts) return std::unexpected(std::move(parts.error()));
  if (auto fits = check(config, *parts); !fits) return std::unexpected(std::move(fits.error()));
  auto manifest = manifest_of(id, std::move(config), *parts);
  manifest.source_sha256 = base::sha256_hex(model);
  if (auto written = write_parts(folder, *parts, manifest); !written) return std::unexpected(written.error());
  return manifest;
}

/// Verifies the graphs, and then our own kernels, the fastest first; the first that passes is the manifest's. A voice
/// whose graphs fail is none.
Result<Verification> choose_kernel(const engine::ort::Runtime& runtime, const fs::path& folder,
                                   voice::Manifest& manifest, std::string_view model) {
  constexpr std::size_t kMostReason = 1'024;
  manifest.kernel = voice::Kernel::kOrt;
  auto graphs = verify_voice(runtime, folder, manifest, model);
  if (!graphs || !voice::has_network(manifest)) return graphs;
  for (const auto kernel : {voice::Kernel::kFast, voice::Kernel::kDirect}) {
    manifest.kernel = kernel;
    auto verified = verify_voice(runtime, folder, manifest, model);
    if (verified) return verified;
    manifest.not_fast_because += fmt::format("{}: {}\n", name_of(kernel), verified.error().message);
    manifest.not_fast_because.resize(std::min(manifest.not_fast_because.size(), kMostReason));
  }
  manifest.kernel = voice::Kernel::kOrt;
  return graphs;
}

}  // namespace

Result<std::string> read_model(const fs::path& path) { return read_whole_file(path, kMostModelBytes); }

Result<Prepared> prepare_voice(const fs::path& model_file, const fs::path& store, const PrepareOptions& options) {
  const auto id = options.id.empty() ? model_file.stem().string() : options.id;
  if (!voice::valid_voice_id(id)) {
    return failure(Errc::kBadId, id, "cannot be a voice's id (1 to 64 letters, digits, '.', '_' and '-')");
  }
  auto model = read_model(model_file);
  if (!model) return std::unexpected(model.error());
  const fs::path config_file = model_file.string() + ".json";
  const auto json = read_whole_file(config_file, kMostConfigBytes);
  if (!json) return std::unexpected(json.error());
  auto config = parse_piper_config(*json);
  if (!config) return failure(Errc::kConfigInvalid, config_file, config.error().message);

  const auto place = store / id;
  std::error_code error;
  if (fs::exists(place, error)) {
    auto there = voice::read_manifest(place);
    if (there && there->source_sha256 == base::sha256_hex(*model)) {
      return Prepared{.manifest = std::move(*there), .folder = place, .already_there = true, .verification = {}};
    }
    // One that another preparation made of the same model is made anew.
    const bool outdated = !there && voice::source_of(place) == base::sha256_hex(*model);
    if (!options.replace && !outdated) return failure(Errc::kVoiceExists, place, "another voice of this name is there");
  }

  const Workshop workshop(store / fmt::format(".preparing-{}-{}", id, ::getpid()));
  fs::create_directories(workshop.folder(), error);
  if (error) return failure(Errc::kFileFailure, workshop.folder(), error.message());
  auto manifest = build(workshop.folder(), id, *model, std::move(*config), options);
  if (!manifest) return about(manifest.error(), model_file, config_file);
  const auto runtime = engine::ort::Runtime::open(options.runtime);
  if (!runtime) return failure(Errc::kRunFailed, "ONNX Runtime", runtime.error().message);
  auto verified = choose_kernel(*runtime, workshop.folder(), *manifest, *model);
  if (!verified) return about(verified.error(), model_file, config_file);
  manifest->costs = verified->costs;
  if (auto written = write_file(workshop.folder() / voice::kManifestFile, voice::to_json(*manifest)); !written) {
    return std::unexpected(written.error());
  }
  // What will be read must be what was meant.
  if (auto again = voice::read_manifest(workshop.folder()); !again) return std::unexpected(again.error());
  if (auto done = put(workshop.folder(), place); !done) return std::unexpected(done.error());
  return Prepared{.manifest = std::move(*manifest), .folder = place, .already_there = false, .verification = *verified};
}

}  // namespace antiphon::voice_import
