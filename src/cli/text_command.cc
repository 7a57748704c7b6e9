#include <fmt/core.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/voice_phonemes.h"
#include "cli/voice_store.h"
#include "config/pronunciations.h"
#include "protocol/openai/preview.h"
#include "text/preview.h"
#include "text/reading/reading.h"

namespace antiphon::cli {
namespace {

struct Flags {
  Settings settings;
  std::string text;
  std::string voice;
  std::string language = "en";
  bool json = false;
};

std::int64_t milliseconds(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

void print_segment(std::size_t number, const text::Preview::Segment& segment, const std::string& phonemes) {
  if (segment.pause_before > base::Duration{}) fmt::print("   pause: {} ms\n", milliseconds(segment.pause_before));
  fmt::print("{}. {}\n", number, segment.text);
  if (segment.spoken != segment.text) fmt::print("   spoken: {}\n", segment.spoken);
  if (!phonemes.empty()) fmt::print("   phonemes: {}\n", phonemes);
  if (!segment.speakable) fmt::print("   not spoken: there is nothing to say in it\n");
  if (segment.prosody.rate != 100) fmt::print("   rate: {} %\n", segment.prosody.rate);
  if (segment.prosody.volume == text::characters::kLeastVolume) {
    fmt::print("   volume: silent\n");
  } else if (segment.prosody.volume != 0) {
    fmt::print("   volume: {:+} dB\n", segment.prosody.volume);
  }
  if (segment.pause_after > base::Duration{}) fmt::print("   pause: {} ms\n", milliseconds(segment.pause_after));
}

void print(const text::Preview& preview, const std::vector<std::string>& phonemes) {
  for (const auto& [why, left] : preview.left_out) fmt::print("left out ({}): {}\n", text::name_of(why), left);
  if (preview.further_left_out > 0) fmt::print("left out: {} more\n", preview.further_left_out);
  for (std::size_t i = 0; i < preview.segments.size(); ++i) {
    print_segment(i + 1, preview.segments[i], i < phonemes.size() ? phonemes[i] : std::string());
  }
}

void print_json(const text::Preview& preview, const std::vector<std::string>& phonemes) {
  auto body = nlohmann::ordered_json::parse(protocol::openai::preview_body(preview));
  for (std::size_t i = 0; i < phonemes.size(); ++i) body["segments"][i]["phonemes"] = phonemes[i];
  fmt::print("{}\n", body.dump(1));
}

int show(const Flags& flags) {
  const auto config = flags.settings.load();
  auto options = config.text;
  auto language = flags.language;
  std::optional<delivery::ServedVoice> voice;
  if (!flags.voice.empty()) {
    const auto voices = open_voices(config);
    const auto found = voices.find(flags.voice);
    if (!found) throw std::runtime_error(fmt::format("there is no voice '{}'", flags.voice));
    voice = *found->voice;
    language = found->language();
  }
  options.language = text::reading::language_of(language);
  options.dictionaries =
      config::load_pronunciations(config.pronunciations).for_text(voice ? voice->id : std::string(), language, {});
  const auto preview = text::preview(flags.text, options);
  if (!preview) throw std::runtime_error("the text is not UTF-8");
  std::vector<std::string> plans;
  for (const auto& segment : preview->segments) plans.push_back(segment.plan);
  const auto phonemes = voice ? phonemes_of(config.engine, *voice, plans) : std::vector<std::string>();
  flags.json ? print_json(*preview, phonemes) : print(*preview, phonemes);
  return 0;
}

}  // namespace

void add_text(CLI::App& app, Run& chosen) {
  auto* const command =
      app.add_subcommand("text", "Show what would be spoken for a text: its segments, words and pauses");
  const auto flags = std::make_shared<Flags>();
  flags->settings.add_to(*command);
  command->add_option("text", flags->text, "The text")->required();
  command->add_option("--voice", flags->voice, "A voice, whose language it is read in and whose phonemes are shown");
  command->add_option("--language", flags->language, "The language where no voice is named, such as en")
      ->capture_default_str();
  command->add_flag("--json", flags->json, "Print it as POST /v1/text answers it");
  command->callback([flags, &chosen] { chosen = [flags] { return show(*flags); }; });
}

}  // namespace antiphon::cli
