#include "api/wyoming/voices.h"

#include <algorithm>
#include <string_view>

namespace antiphon::api::wyoming {
namespace {

/// "en_GB" as "en-gb".
std::string plain(std::string_view language) {
  std::string out(language);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '_') c = '-';
  }
  return out;
}

/// `asked` is plain.
bool speaks(const delivery::VoiceDirectory::Found& offer, std::string_view asked) {
  const auto own = plain(offer.language());
  return own.starts_with(asked) && (own.size() == asked.size() || own[asked.size()] == '-');
}

}  // namespace

protocol::wyoming::ProgramInfo program_info(const delivery::VoiceDirectory& voices) {
  protocol::wyoming::ProgramInfo info{.name = "antiphon",
                                      .description = "Real-time speech for many listeners at once",
                                      .version = "1",
                                      .attribution = {.name = "Antiphon", .url = {}},
                                      .voices = {}};
  for (const auto& voice : voices.voices()) {
    if (voice.speaker_names == delivery::SpeakerNames::kStyles) {
      // Each speaks a language of its own, which Wyoming knows of voices alone.
      for (const auto& style : delivery::VoiceDirectory::offers_of(voice)) {
        info.voices.push_back({.name = style.name(),
                               .description = style.name(),
                               .languages = {std::string(style.language())},
                               .speakers = {},
                               .attribution = {.name = voice.engine, .url = {}}});
      }
      continue;
    }
    info.voices.push_back({.name = voice.id,
                           .description = voice.id,
                           .languages = {voice.language},
                           .speakers = voice.speakers,
                           .attribution = {.name = voice.engine, .url = {}}});
  }
  return info;
}

std::string voice_name(const delivery::VoiceDirectory& voices, const protocol::wyoming::VoiceChoice& choice) {
  if (!choice.name.empty()) return choice.speaker.empty() ? choice.name : choice.name + "#" + choice.speaker;
  const auto known = voices.voices();
  auto language = plain(choice.language);
  while (!language.empty()) {
    for (const auto& voice : known) {
      const auto offers = delivery::VoiceDirectory::offers_of(voice);
      const auto found = std::ranges::find_if(offers, [&](const auto& offer) { return speaks(offer, language); });
      if (found == offers.end()) continue;
      return voice.speaker_names == delivery::SpeakerNames::kStyles ? found->name() : voice.id;
    }
    const auto subtag = language.rfind('-');
    language.resize(subtag == std::string::npos ? 0 : subtag);
  }
  return known.empty() ? std::string() : known.front().id;
}

}  // namespace antiphon::api::wyoming
