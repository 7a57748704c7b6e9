#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "base/sha256.h"
#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/voices_add.h"
#include "engine/hibari/manifest.h"
#include "engine/tone/manifest.h"
#include "voice/catalogue.h"
#include "voice/manifest.h"
#include "voice/voice_id.h"
#include "voice_import/hibari_package.h"
#include "voice_import/loudness.h"
#include "voice_import/prepare.h"
#include "voice_import/prepare_hibari.h"

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
  return entry.engine == "tone" ? "+0.00 dB" : "loudness not measured";
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

int verify_hibari(const Flags& flags, const std::filesystem::path& folder, const config::Config& config) {
  const auto manifest = engine::hibari::read_manifest(folder);
  if (!manifest) fail(manifest.error());
  if (auto sound = voice::check_files(folder, manifest->files); !sound) fail(sound.error());
  fmt::print("{}: every file is the one that its manifest names\n", flags.id);
  if (flags.model.empty()) return 0;
  const auto digest = voice_import::digest_of_package(flags.model);
  if (!digest) fail(digest.error());
  if (*digest != manifest->source_sha256) {
    throw std::runtime_error(flags.model.string() + " is not the package that this voice was made of");
  }
  const auto original = voice_import::read_model(flags.model / voice_import::kHibariModel);
  if (!original) fail(original.error());
  const auto runtime = engine::ort::Runtime::open(runtime_of(config));
  if (!runtime) fail(runtime.error());
  const auto found = voice_import::verify_hibari(*runtime, folder, *manifest, *original);
  if (!found) fail(found.error());
  print(*found);
  return 0;
}

int verify(const Flags& flags) {
  const auto config = flags.settings.load();
  if (!voice::valid_voice_id(flags.id)) throw std::runtime_error("'" + flags.id + "' is not a voice's id");
  const auto folder = config.voices.folder / flags.id;
  if (std::error_code error; !std::filesystem::exists(folder, error)) {
    throw std::runtime_error(
        fmt::format("there is no voice '{}' in {}; 'antiphon voices list' shows those that are there", flags.id,
                    config.voices.folder.string()));
  }
  if (engine::tone::read_manifest(folder)) {
    if (!flags.model.empty()) throw std::runtime_error(flags.id + " is a voice of tones: it was made of no model");
    fmt::print("{}: its manifest is sound, and it has no other file\n", flags.id);
    return 0;
  }
  if (engine::hibari::is_hibari(folder)) return verify_hibari(flags, folder, config);
  auto manifest = voice::read_manifest(folder);
  if (!manifest) fail(manifest.error());
  if (auto sound = voice::check_files(folder, *manifest); !sound) fail(sound.error());
  fmt::print("{}: every file is the one that its manifest names\n", flags.id);
  if (flags.model.empty()) return 0;
  const auto original = voice_import::read_model(flags.model);
  if (!original) fail(original.error());
  if (base::sha256_hex(*original) != manifest->source_sha256) {
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
  if (flags.model.empty()) throw std::runtime_error("say which: FILE.onnx, a folder or --tone ID");
  add_voice({.source = flags.model, .id = flags.id, .replace = flags.replace}, flags.settings.load());
  return 0;
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
      *command, chosen, "add", "Prepare a Piper or hibari voice, or make one of tones", &add,
      [](CLI::App& sub, Flags& flags) {
        auto* const model = sub.add_option(
            "model", flags.model, "FILE.onnx, with FILE.onnx.json beside it, or the folder of a hibari package");
        sub.add_option("--id", flags.id, "Its name here (the name of the file or folder)")->needs(model);
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
            sub.add_option("--against", flags.model, "The FILE.onnx or the folder that it was made of");
            flags.settings.add_kernel_to(sub);
          });
}

}  // namespace antiphon::cli
