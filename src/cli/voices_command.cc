#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "cli/commands.h"
#include "cli/engines.h"
#include "cli/settings.h"
#include "engine/tone/manifest.h"
#include "voice/catalogue.h"
#include "voice/manifest.h"
#include "voice/sha256.h"
#include "voice/voice_id.h"
#include "voice_import/loudness.h"
#include "voice_import/prepare.h"

namespace antiphon::cli {
namespace {

struct Flags {
  Settings settings;
  std::string id;
  std::filesystem::path model;
  bool replace = false;
  std::string tone;
  engine::tone::ToneManifest manifest;
  bool sleeps = false;
};

[[noreturn]] void fail(const auto& error) { throw std::runtime_error(error.message); }

std::string gain_words(const voice::CatalogueEntry& entry, const config::Config& config) {
  if (const auto wanted = config.gains.find(entry.id); wanted != config.gains.end()) {
    return fmt::format("{:+.2f} dB as configured", wanted->second);
  }
  if (entry.gain_db) return fmt::format("{:+.2f} dB", *entry.gain_db);
  return entry.engine == "piper" ? "loudness not measured" : "+0.00 dB";
}

int list(const Flags& flags) {
  const auto config = flags.settings.load();
  const auto catalogue = voice::read_catalogue(config.voices.folder);
  if (!catalogue) fail(catalogue.error());
  for (const auto& entry : catalogue->voices) {
    fmt::print("{}\t{}\t{}\t{} Hz\t{}\t{}\n", entry.id, entry.engine, entry.language, entry.sample_rate,
               entry.speakers.empty() ? "one speaker" : fmt::format("{}", fmt::join(entry.speakers, " ")),
               gain_words(entry, config));
  }
  for (const auto& fault : catalogue->faults) fmt::print(stderr, "not a voice: {}\n", fault.message);
  return catalogue->faults.empty() ? 0 : 1;
}

int remove(const Flags& flags) {
  const auto removed = voice::remove_voice(flags.settings.load().voices.folder, flags.id);
  if (!removed) fail(removed.error());
  return 0;
}

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

/// Measures how loud the voice is, and keeps the gain in its manifest. A voice that cannot be measured is spoken as it
/// is, and adding it again measures again.
void measure(const std::filesystem::path& folder, const voice::Manifest& manifest, const config::Config& config) {
  const auto engines = make_engines(config.engine);
  const auto piper = std::ranges::find(engines, "piper", [](const auto& engine) { return engine->name(); });
  const auto loaded = (*piper)->load(folder);
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
  auto there = voice::read_manifest(folder);
  if (!there) fail(there.error());
  if (there->source_sha256 != manifest.source_sha256) {
    throw std::runtime_error(folder.string() + " was replaced by another voice while it was measured");
  }
  there->gain_db = measured;
  if (const auto written = voice::write_manifest(folder, *there); !written) fail(written.error());
  fmt::print("gain: {:+.2f} dB, so that sentences are as loud as where each is scaled to full scale\n", *measured);
}

int add_model(const Flags& flags) {
  const auto config = flags.settings.load();
  const auto prepared = voice_import::prepare_voice(
      flags.model, config.voices.folder, {.id = flags.id, .replace = flags.replace, .runtime = runtime_of(config)});
  if (!prepared) fail(prepared.error());
  fmt::print("{}\n", prepared->folder.string());
  if (!prepared->manifest.gain_db) measure(prepared->folder, prepared->manifest, config);
  if (prepared->already_there) return 0;
  print(prepared->verification, prepared->manifest.kernel);
  if (prepared->manifest.kernel != voice::Kernel::kFast) {
    fmt::print("not by the fastest kernels, since: {}\n", prepared->manifest.not_fast_because);
  }
  if (!prepared->manifest.geometry.windowed) {
    fmt::print("rendered in one grain per segment, since this was not recognised: {}\n",
               prepared->manifest.not_windowed_because);
  }
  return 0;
}

int verify(const Flags& flags) {
  const auto config = flags.settings.load();
  if (!voice::valid_voice_id(flags.id)) throw std::runtime_error("'" + flags.id + "' is not a voice's id");
  const auto folder = config.voices.folder / flags.id;
  if (engine::tone::read_manifest(folder)) {
    if (!flags.model.empty()) throw std::runtime_error(flags.id + " is a voice of tones: it was made of no model");
    fmt::print("{}: its manifest is sound, and it has no other file\n", flags.id);
    return 0;
  }
  auto manifest = voice::read_manifest(folder);
  if (!manifest) fail(manifest.error());
  if (auto sound = voice::check_files(folder, *manifest); !sound) fail(sound.error());
  fmt::print("{}: every file is the one that its manifest names\n", flags.id);
  if (flags.model.empty()) return 0;
  const auto original = voice_import::read_model(flags.model);
  if (!original) fail(original.error());
  if (voice::sha256_of(*original) != manifest->source_sha256) {
    throw std::runtime_error(flags.model.string() + " is not the model that this voice was made of");
  }
  const auto runtime = engine::ort::Runtime::open(runtime_of(config));
  if (!runtime) fail(runtime.error());
  manifest->kernel = voice::parse_kernel(config.engine.kernel).value_or(manifest->kernel);
  constexpr std::uint32_t kSentences = 12;
  constexpr std::uint32_t kLengths = 100;
  const auto found = voice_import::verify_voice(*runtime, folder, *manifest, *original,
                                                {.sentences = kSentences, .every_length = kLengths});
  if (!found) fail(found.error());
  print(*found, manifest->kernel);
  return 0;
}

int add_tone(const Flags& flags) {
  if (!voice::valid_voice_id(flags.tone)) throw std::runtime_error("'" + flags.tone + "' cannot be a voice's id");
  auto manifest = flags.manifest;
  manifest.id = flags.tone;
  manifest.cost.mode = flags.sleeps ? engine::tone::Cost::Mode::kSleep : engine::tone::Cost::Mode::kCpu;
  const auto folder = flags.settings.load().voices.folder / flags.tone;
  const auto written = engine::tone::write_tone_voice(folder, manifest);
  if (!written) fail(written.error());
  fmt::print("{}\n", folder.string());
  return 0;
}

int add(const Flags& flags) {
  if (!flags.tone.empty()) return add_tone(flags);
  if (flags.model.empty()) throw std::runtime_error("say which: FILE.onnx or --tone ID");
  return add_model(flags);
}

void declare(CLI::App& parent, Run& chosen, const char* name, const char* help, int (*run)(const Flags&),
             const std::function<void(CLI::App&, Flags&)>& options) {
  auto* const command = parent.add_subcommand(name, help);
  const auto flags = std::make_shared<Flags>();
  flags->settings.add_to(*command);
  options(*command, *flags);
  command->callback([flags, run, &chosen] { chosen = [flags, run] { return run(*flags); }; });
}

}  // namespace

void add_voices(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand("voices", "List, add, verify and remove voices");
  command->require_subcommand(1);
  declare(*command, chosen, "list", "The voices of the store: id, engine, language, sample rate, speakers, gain", &list,
          [](CLI::App&, Flags&) {});
  declare(*command, chosen, "remove", "Remove a voice with its files", &remove,
          [](CLI::App& sub, Flags& flags) { sub.add_option("id", flags.id, "Its id")->required(); });
  declare(
      *command, chosen, "add", "Prepare a Piper voice, or make one of tones", &add, [](CLI::App& sub, Flags& flags) {
        auto* const model = sub.add_option("model", flags.model, "FILE.onnx, with FILE.onnx.json beside it");
        sub.add_option("--id", flags.id, "Its name here (the file's name)")->needs(model);
        sub.add_flag("--replace", flags.replace, "Take the place of another voice of this name")->needs(model);
        auto* const tone =
            sub.add_option("--tone", flags.tone, "Id of a voice of tones, for tests and load: it costs what you say");
        tone->excludes(model);
        sub.add_option("--cost", flags.manifest.cost.per_audio_second_ms, "Of a tone voice: ms per second of audio")
            ->check(CLI::Range(0.0, 60'000.0))
            ->needs(tone);
        sub.add_option("--plan-cost", flags.manifest.cost.plan_ms_per_audio_second,
                       "Of its plans: ms per second of audio")
            ->check(CLI::Range(0.0, 60'000.0))
            ->needs(tone);
        sub.add_flag("--sleep", flags.sleeps, "Of a tone voice: spend the cost sleeping, not computing")->needs(tone);
      });
  declare(*command, chosen, "verify", "Check a voice's files, and its sound against its original model", &verify,
          [](CLI::App& sub, Flags& flags) {
            sub.add_option("id", flags.id, "Its id")->required();
            sub.add_option("--against", flags.model, "The FILE.onnx that it was made of");
            flags.settings.add_kernel_to(sub);
          });
}

}  // namespace antiphon::cli
