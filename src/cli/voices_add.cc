#include "cli/voices_add.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <system_error>

#include "cli/engines.h"
#include "engine/hibari/manifest.h"
#include "engine/kokoro/manifest.h"
#include "voice/catalogue.h"
#include "voice/manifest.h"
#include "voice_import/loudness.h"
#include "voice_import/prepare.h"
#include "voice_import/prepare_hibari.h"
#include "voice_import/prepare_kokoro.h"

namespace antiphon::cli {
namespace {

/// How the manifest of an engine's voices is read and written.
template <class Manifest>
struct Format {
  std::string_view engine;
  voice::Result<Manifest> (*read)(const std::filesystem::path& folder);
  voice::Result<void> (*write)(const std::filesystem::path& folder, const Manifest& manifest);
};
constexpr Format<voice::Manifest> kPiper = {
    .engine = "piper", .read = &voice::read_manifest, .write = &voice::write_manifest};
constexpr Format<engine::hibari::Manifest> kHibari = {
    .engine = "hibari", .read = &engine::hibari::read_manifest, .write = &engine::hibari::write_manifest};
constexpr Format<engine::kokoro::Manifest> kKokoro = {
    .engine = "kokoro", .read = &engine::kokoro::read_manifest, .write = &engine::kokoro::write_manifest};

[[noreturn]] void fail(const auto& error) { throw std::runtime_error(error.message); }

/// Measures how loud the voice is, and keeps the gain in its manifest. A voice that cannot be measured is spoken as it
/// is, and adding it again measures again.
template <class Manifest>
void measure(const std::filesystem::path& folder, const Manifest& manifest, const Format<Manifest>& format,
             const config::Config& config) {
  const auto engines = make_engines(config.engine);
  const auto engine = std::ranges::find(engines, format.engine, [](const auto& one) { return one->name(); });
  const auto loaded = (*engine)->load(folder);
  std::string failed = loaded ? std::string() : loaded.error().message;
  std::optional<double> measured;
  if (loaded) {
    const auto gain = voice_import::measure_gain(**loaded);
    if (!gain) failed = gain.error().message;
    if (gain) measured = *gain;
  }
  if (!failed.empty()) {
    fmt::print(stderr, "its loudness was not measured, so it is spoken as it is (add it again to measure): {}\n",
               failed);
    return;
  }
  // Another process may have put another voice of that name there meanwhile.
  const auto lock = voice::lock_store(folder.parent_path());
  if (!lock) fail(lock.error());
  auto there = format.read(folder);
  if (!there) fail(there.error());
  if (there->source_sha256 != manifest.source_sha256) {
    throw std::runtime_error(folder.string() + " was replaced by another voice while it was measured");
  }
  there->gain_db = measured;
  if (const auto written = format.write(folder, *there); !written) fail(written.error());
  fmt::print("gain: {:+.2f} dB, so that sentences are as loud as where each is scaled to full scale\n", *measured);
}

void add_piper(const AddRequest& request, const config::Config& config) {
  const auto prepared =
      voice_import::prepare_voice(request.source, config.voices.folder,
                                  {.id = request.id, .replace = request.replace, .runtime = runtime_of(config)});
  if (!prepared) fail(prepared.error());
  fmt::print("{}\n", prepared->folder.string());
  if (!prepared->manifest.gain_db) measure(prepared->folder, prepared->manifest, kPiper, config);
  if (prepared->already_there) return;
  print(prepared->verification, prepared->manifest.kernel);
  if (prepared->manifest.kernel != voice::Kernel::kFast) {
    fmt::print("not by the fastest kernels, since: {}\n", prepared->manifest.not_fast_because);
  }
  if (!prepared->manifest.geometry.windowed) {
    fmt::print("rendered in one grain per segment, since this was not recognised: {}\n",
               prepared->manifest.not_windowed_because);
  }
}

void add_hibari(const AddRequest& request, const config::Config& config) {
  const auto prepared =
      voice_import::prepare_hibari(request.source, config.voices.folder,
                                   {.id = request.id, .replace = request.replace, .runtime = runtime_of(config)});
  if (!prepared) fail(prepared.error());
  fmt::print("{}\n", prepared->folder.string());
  if (!prepared->manifest.gain_db) measure(prepared->folder, prepared->manifest, kHibari, config);
  if (!prepared->already_there) print(prepared->verification);
}

void add_kokoro(const AddRequest& request, const config::Config& config) {
  const auto prepared = voice_import::prepare_kokoro(
      request.source, config.voices.folder,
      {.id = request.id, .replace = request.replace, .runtime = runtime_of(config)}, kokoro_readers(config.engine));
  if (!prepared) fail(prepared.error());
  fmt::print("{}\n", prepared->folder.string());
  if (!prepared->manifest.gain_db) measure(prepared->folder, prepared->manifest, kKokoro, config);
  if (!prepared->already_there) print(prepared->verification, voice::Kernel::kOrt);
}

}  // namespace

engine::ort::RuntimeOptions runtime_of(const config::Config& config) {
  engine::ort::RuntimeOptions options;
  if (!config.engine.onnxruntime_library.empty()) options.library = config.engine.onnxruntime_library;
  return options;
}

void print(const voice_import::Verification& found, voice::Kernel kernel) {
  fmt::print(
      "rendered by {}: {} samples compared with the original: {} differ, {} by more than 1 of 32768, at most {}; SNR "
      "{:.1f} dB\n",
      voice::name_of(kernel), found.samples, found.different, found.beyond, found.worst, found.signal_to_noise_db);
  fmt::print("cost on this machine, in ms per second of audio: plan {:.1f}, render {:.1f}\n",
             found.costs.plan_ms_per_audio_second, found.costs.render_ms_per_audio_second);
}

void print(const voice_import::HibariVerification& found) {
  fmt::print("{} frames compared with the original: no value differs by more than {:.1e}\n", found.frames, found.worst);
  fmt::print("cost on this machine, in ms per second of audio: plan {:.1f}, render {:.1f}\n",
             found.costs.plan_ms_per_audio_second, found.costs.render_ms_per_audio_second);
}

void add_voice(const AddRequest& request, const config::Config& config) {
  std::error_code ignored;
  if (voice_import::is_kokoro_package(request.source)) {
    add_kokoro(request, config);
  } else if (std::filesystem::is_directory(request.source, ignored)) {
    add_hibari(request, config);
  } else {
    add_piper(request, config);
  }
}

}  // namespace antiphon::cli
