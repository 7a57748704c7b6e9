#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include "cli/commands.h"
#include "cli/settings.h"
#include "cli/voice_store.h"
#include "config/pronunciations.h"
#include "text/characters/characters.h"
#include "text/characters/signs.h"
#include "text/markup/cleaner.h"
#include "text/reading/reading.h"
#include "text/text.h"
#include "text/utterance.h"

namespace antiphon::cli {
namespace {

struct Flags {
  Settings settings;
  std::string text;
  std::string voice;
  std::string language = "en";
};

/// The text without what nobody says; says how much that was.
std::string prepared(const std::string& text, const text::Options& options) {
  if (text::find_invalid_utf8(text)) throw std::runtime_error("the text is not UTF-8");
  if (options.normalise == text::Normalise::kOn) {
    text::markup::Cleaner cleaner(options.markup);
    text::markup::Clean clean;
    cleaner.append(text, clean);
    cleaner.flush(clean);
    if (clean.left_out > 0)
      fmt::print("left out: {} tags, targets of links, ends of addresses or emoji\n", clean.left_out);
  }
  return text::prepare(text, options).value_or("");
}

/// With slashes for the signs of phonemes, as dictionaries write them.
std::string shown(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    const char32_t c = text::characters::decode_next(text, at);
    const bool sign = c == text::characters::kPhonemesBegin || c == text::characters::kPhonemesEnd;
    out += sign ? "/" : text.substr(begin, at - begin);
  }
  return out;
}

int show(const Flags& flags) {
  const auto config = flags.settings.load();
  auto options = config.text;
  auto language = flags.language;
  std::string voice;
  if (!flags.voice.empty()) {
    const auto voices = open_voices(config);
    const auto found = voices.find(flags.voice);
    if (!found) throw std::runtime_error(fmt::format("there is no voice '{}'", flags.voice));
    language = found->voice->language;
    voice = found->voice->id;
  }
  options.language = text::reading::language_of(language);
  options.dictionaries = config::load_pronunciations(config.pronunciations).for_text(voice, language, {});
  for (text::Utterance utterance(prepared(flags.text, options), options); !utterance.finished(); utterance.accepted()) {
    const auto& segment = *utterance.next();
    const auto& spoken = utterance.reading()->spoken();
    fmt::print("{}. {}\n", utterance.index() + 1, shown(segment.text));
    if (spoken != segment.text) fmt::print("   spoken: {}\n", shown(spoken));
    if (!text::speakable(spoken)) fmt::print("   not spoken: there is nothing to say in it\n");
    const auto pause = std::chrono::duration_cast<std::chrono::milliseconds>(segment.pause_after);
    if (pause.count() > 0) fmt::print("   pause: {} ms\n", pause.count());
  }
  return 0;
}

}  // namespace

void add_text(CLI::App& app, Run& chosen) {
  auto* const command =
      app.add_subcommand("text", "Show what would be spoken for a text: its segments, words and pauses");
  const auto flags = std::make_shared<Flags>();
  flags->settings.add_to(*command);
  command->add_option("text", flags->text, "The text")->required();
  command->add_option("--voice", flags->voice, "A voice, whose language it is read in");
  command->add_option("--language", flags->language, "The language where no voice is named, such as en")
      ->capture_default_str();
  command->callback([flags, &chosen] { chosen = [flags] { return show(*flags); }; });
}

}  // namespace antiphon::cli
