#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>

#include "cli/commands.h"
#include "cli/engines.h"
#include "cli/first_voice.h"
#include "cli/player.h"
#include "cli/settings.h"
#include "cli/speaker.h"
#include "cli/speech_output.h"
#include "config/pronunciations.h"
#include "text/text.h"
#include "text/utterance.h"

namespace antiphon::cli {
namespace {

/// What the server sends.
constexpr base::SampleRate kServedRate{24'000};
constexpr std::size_t kMostTextBytes = 16U << 20U;

struct Flags {
  Settings settings;
  std::string text;
  std::filesystem::path output = "-";
  std::string voice;
  double speed = 1;
  double volume = 1;
  std::uint64_t seed = 0;
  std::string rate = "served";
  bool plays = false;
  std::filesystem::path player;
  bool raw = false;
  bool quiet = false;
};

std::string read_text(const std::string& argument) {
  if (argument != "-") return argument;
  std::string text(kMostTextBytes + 1, '\0');
  std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::cin.gcount()));
  if (text.size() > kMostTextBytes) throw std::runtime_error("the text is longer than 16 MiB");
  return text;
}

std::string prepared(const std::string& text, const text::Options& options) {
  auto result = text::prepare(text, options);
  if (!result) throw std::runtime_error("the text is not UTF-8: " + result.error().message);
  if (!text::speakable(*result)) throw std::runtime_error("the text has nothing that can be spoken");
  return std::move(*result);
}

std::unique_ptr<engine::Voice> load(const config::Config& config, worker::Engines& engines,
                                    const delivery::ServedVoice& wanted) {
  for (const auto& engine : engines) {
    if (engine->name() != wanted.engine) continue;
    auto voice = engine->load(wanted.folder);
    if (!voice) throw std::runtime_error(voice.error().message);
    return std::move(*voice);
  }
  throw std::runtime_error(fmt::format("voice '{}' in {} needs the engine '{}', which this program lacks", wanted.id,
                                       config.voices.folder.string(), wanted.engine));
}

/// The library would wrap a negative number.
std::string not_negative(const std::string& number) {
  return number.starts_with('-') ? "must be from 0 to 18446744073709551615" : "";
}

/// Draws a bar on a terminal, and nothing elsewhere.
class Bar {
 public:
  explicit Bar(bool wanted) : shown_(wanted && ::isatty(STDERR_FILENO) == 1) {}
  void show(double share) const {
    constexpr int kWidth = 40;
    const auto full = static_cast<int>(share * kWidth);
    if (shown_) fmt::print(stderr, "\r[{:#<{}}{:.<{}}] {:3.0f} %", "", full, "", kWidth - full, share * 100);
  }
  void end() const {
    if (shown_) fmt::print(stderr, "\n");
  }

 private:
  bool shown_;
};

/// Set by SIGINT and SIGTERM: speaking ends, so that no half-written file stays behind.
volatile std::sig_atomic_t interrupted = 0;

int say(const Flags& flags) {
  if (!flags.plays && flags.output == "-" && ::isatty(STDOUT_FILENO) == 1) {
    throw std::runtime_error("refusing to write sound to a terminal; use -o FILE.wav, or a pipe to a player");
  }
  std::signal(SIGPIPE, SIG_IGN);  // a player that ends early shows as a failed write
  for (const int number : {SIGINT, SIGTERM}) std::signal(number, [](int) { interrupted = 1; });
  const auto config = flags.settings.load();
  const auto voices = open_first_voices(config);
  const auto found = voices.find(flags.voice.empty() ? voices.voices().front().id : flags.voice);
  if (!found) {
    throw std::runtime_error(fmt::format("there is no voice '{}'; 'antiphon voices list' shows them", flags.voice));
  }
  auto segmentation = config.text;
  segmentation.dictionaries =
      config::load_pronunciations(config.pronunciations).for_text(found->voice->id, found->language(), {});
  const auto text = prepared(read_text(flags.text), segmentation);
  auto engines = make_engines(config.engine);
  const auto voice = load(config, engines, *found->voice);

  const auto native = voice->info().sample_rate;
  const auto rate = flags.rate == "native" ? native : kServedRate;
  std::optional<Player> player;
  if (flags.plays) player.emplace(flags.player);
  auto output = open_speech_output({.file = player ? player->input() : flags.output,
                                    .from = native,
                                    .to = rate,
                                    .gain = found->voice->gain * audio::Gain{.factor = flags.volume},
                                    .raw = flags.raw});
  const Bar bar(!flags.quiet);
  const auto begun = std::chrono::steady_clock::now();
  std::uint64_t samples = 0;
  bool listening = true;
  const auto spoken = speak(
      *voice,
      {.text = text,
       .segmentation = segmentation,
       .speed = flags.speed,
       .seed = flags.seed,
       .speaker = found->speaker,
       .language = found->language()},
      [&](std::span<const std::int16_t> pcm) {
        samples += pcm.size();
        listening = interrupted == 0 && output->write(pcm);
        return listening;
      },
      [&](double share) { bar.show(share); });
  const auto took = std::chrono::steady_clock::now() - begun;
  bar.end();
  if (!spoken) throw std::runtime_error(spoken.error().message);
  if (interrupted != 0) throw std::runtime_error("interrupted");
  if (!listening) throw std::runtime_error(output->fault());
  output->finish();
  output.reset();
  if (player) player->finish();
  if (!flags.quiet) {
    const auto seconds = base::to_seconds(base::playing_time({samples}, native));
    const auto spent = base::to_seconds(std::chrono::duration_cast<base::Duration>(took));
    fmt::print(stderr, "{:.1f} s of speech in {:.2f} s (RTF {:.3f}), {} {}\n", seconds, spent,
               seconds > 0 ? spent / seconds : 0.0, player ? "played by" : "written to",
               player ? player->name() : (flags.output == "-" ? "standard output" : flags.output.string()));
  }
  return 0;
}

}  // namespace

void add_say(CLI::App& app, Run& chosen) {
  auto* const command = app.add_subcommand("say", "Speak a text to a WAV file or a pipe, without a server");
  const auto flags = std::make_shared<Flags>();
  flags->settings.add_to(*command);
  flags->settings.add_kernel_to(*command);
  flags->settings.add_device_to(*command);
  command->add_option("text", flags->text, "What to say; - reads it from standard input")->required();
  command
      ->add_option("-o,--output", flags->output,
                   "File: WAV, or by its end .mp3, .opus, .ogg, .aac, .flac, .ulaw, .alaw, .pcm, .raw; - is standard "
                   "output; a pipe or a device is written through")
      ->capture_default_str();
  auto* const play = command->add_option("--play", flags->player, "Play it: by aplay, ffplay or play, or by a program")
                         ->expected(0, 1)
                         ->type_name("[PROGRAM]")
                         ->excludes("--output");
  command->add_option("--voice", flags->voice, "A voice, or voice#speaker; 'antiphon voices list' shows them");
  command->add_option("--speed", flags->speed, "0.25 to 4")->check(CLI::Range(0.25, 4.0))->capture_default_str();
  command->add_option("--volume", flags->volume, "Times the loudness of the voice, 0 to 2")
      ->check(CLI::Range(0.0, 2.0))
      ->capture_default_str();
  command->add_option("--seed", flags->seed, "Same text, voice, speed and seed: same bytes")
      ->check(not_negative)
      ->capture_default_str();
  command->add_option("--rate", flags->rate, "Sample rate: the 24 kHz that the server sends, or the voice's own")
      ->check(CLI::IsMember({"served", "native"}))
      ->capture_default_str();
  command->add_flag("--raw", flags->raw, "16-bit little-endian samples without a header");
  command->add_flag("--quiet", flags->quiet, "No progress bar");
  command->footer(
      "Examples:\n"
      "  antiphon say \"Good morning.\" -o morning.mp3\n"
      "  antiphon say \"Good morning.\" --play\n"
      "  antiphon say - --voice hibari -o letter.wav < letter.txt");
  command->callback([flags, play, &chosen] {
    flags->plays = play->count() > 0;
    chosen = [flags] { return say(*flags); };
  });
}

}  // namespace antiphon::cli
