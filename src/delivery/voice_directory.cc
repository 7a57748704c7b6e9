#include "delivery/voice_directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "http/message.h"
#include "voice/style_mix.h"

namespace antiphon::delivery {
namespace {

/// Voices that a message names; a catalogue may have thousands.
constexpr std::size_t kNamedVoices = 20;
constexpr std::size_t kNameCharacters = 64;

/// A style or a mix of styles whose language is read.
std::optional<std::uint32_t> mix_number(const ServedVoice& voice, std::string_view name) {
  const auto mix = voice::StyleMix::parse(name, voice.speakers);
  if (!mix || !voice::is_read(voice.speakers[mix->first()])) return std::nullopt;
  return mix->number();
}

bool is_number_of_mix(const ServedVoice& voice, std::uint32_t number) {
  const auto mix = voice::StyleMix::of_number(number, voice.speakers.size());
  return mix && voice::is_read(voice.speakers[mix->first()]);
}

std::optional<std::uint32_t> speaker_number(const ServedVoice& voice, std::string_view speaker) {
  const bool styles = voice.speaker_names == SpeakerNames::kStyles;
  if (const auto mixed = styles ? mix_number(voice, speaker) : std::nullopt) return mixed;
  const auto count = std::max<std::size_t>(voice.speakers.size(), 1);
  if (const auto it = std::ranges::find(voice.speakers, speaker); !styles && it != voice.speakers.end()) {
    return static_cast<std::uint32_t>(it - voice.speakers.begin());
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(speaker.data(), speaker.data() + speaker.size(), number);
  if (error != std::errc{} || end != speaker.data() + speaker.size()) return std::nullopt;
  if (styles ? !is_number_of_mix(voice, number) : number >= count) return std::nullopt;
  return number;
}

/// Says what is wrong with `name` where it is meant as a style or a mix of those of `voice`.
std::optional<std::string> complaint_about_style(const ServedVoice& voice, std::string_view name) {
  const auto first = name.substr(0, name.find_first_of("+-( "));
  // As each of them is named: a letter for the language, one for the speaker, and a name.
  const bool meant = first.size() > 3 && first[2] == '_' && (first[1] == 'f' || first[1] == 'm');
  if (!meant) return std::nullopt;
  const auto mix = voice::StyleMix::parse(name, voice.speakers);
  if (!mix) return mix.error();
  return fmt::format(
      "The style '{}' speaks {}, and texts in that language cannot be read here: there is no way from its writing to "
      "the sounds that Kokoro was trained on. It may be a part of a mix behind a style of another language.",
      voice.speakers[mix->first()], language_of(voice, mix->number()) == "ja-JP" ? "Japanese" : "Chinese");
}

}  // namespace

std::string_view language_of(const ServedVoice& voice, std::uint32_t speaker) {
  if (voice.speaker_names != SpeakerNames::kStyles) return voice.language;
  const auto mix = voice::StyleMix::of_number(speaker, voice.speakers.size());
  return mix ? voice::language_of_style(voice.speakers[mix->first()]) : std::string_view(voice.language);
}

std::string VoiceDirectory::Found::name() const {
  if (voice->speaker_names == SpeakerNames::kStyles) {
    const auto mix = voice::StyleMix::of_number(speaker, voice->speakers.size());
    return mix ? mix->text(voice->speakers) : voice->id;
  }
  return voice->speakers.size() < 2 ? voice->id : voice->id + "#" + voice->speakers.at(speaker);
}

VoiceDirectory::VoiceDirectory(std::vector<ServedVoice> voices, std::map<std::string, std::string, std::less<>> aliases)
    : voices_(std::move(voices)), aliases_(std::move(aliases)) {}

std::optional<VoiceDirectory::Found> VoiceDirectory::find(std::string_view name) const {
  if (auto found = find_directly(name)) return found;
  auto alias = aliases_.find(name);
  if (alias == aliases_.end()) {
    alias = std::ranges::find_if(aliases_, [&](const auto& one) { return http::equal_ignoring_case(one.first, name); });
  }
  return alias == aliases_.end() ? std::nullopt : find_directly(alias->second);
}

std::optional<VoiceDirectory::Found> VoiceDirectory::find_directly(std::string_view name) const {
  const auto hash = name.find('#');
  const auto voice = std::ranges::find(voices_, name.substr(0, hash), &ServedVoice::id);
  if (voice == voices_.end()) return hash == std::string_view::npos ? find_style(name) : std::nullopt;
  if (hash == std::string_view::npos) return Found{.voice = &*voice, .speaker = 0};
  const auto speaker = speaker_number(*voice, name.substr(hash + 1));
  if (!speaker) return std::nullopt;
  return Found{.voice = &*voice, .speaker = *speaker};
}

std::optional<VoiceDirectory::Found> VoiceDirectory::find_style(std::string_view name) const {
  for (const auto& voice : voices_) {
    if (voice.speaker_names != SpeakerNames::kStyles) continue;
    if (const auto number = mix_number(voice, name)) return Found{.voice = &voice, .speaker = *number};
  }
  return std::nullopt;
}

std::vector<VoiceDirectory::Found> VoiceDirectory::offers_of(const ServedVoice& voice) {
  std::vector<Found> offers;
  for (std::uint32_t speaker = 0; speaker < std::max<std::size_t>(voice.speakers.size(), 1); ++speaker) {
    const bool style = voice.speaker_names == SpeakerNames::kStyles;
    if (!style || is_number_of_mix(voice, speaker)) offers.push_back({.voice = &voice, .speaker = speaker});
  }
  return offers;
}

std::vector<std::string> VoiceDirectory::names(std::span<const std::string> allowed) const {
  std::vector<std::string> names;
  for (const auto& voice : voices_) {
    if (!allowed.empty() && std::ranges::find(allowed, voice.id) == allowed.end()) continue;
    for (const auto& offer : offers_of(voice)) names.push_back(offer.name());
  }
  return names;
}

std::string VoiceDirectory::complaint(std::string_view name, std::span<const std::string> allowed) const {
  for (const auto& voice : voices_) {
    const bool may = allowed.empty() || std::ranges::find(allowed, voice.id) != allowed.end();
    if (!may || voice.speaker_names != SpeakerNames::kStyles) continue;
    if (auto about = complaint_about_style(voice, name.substr(0, kNameCharacters))) return *about;
  }
  auto listed = names(allowed);
  const bool more = listed.size() > kNamedVoices;
  listed.resize(std::min(listed.size(), kNamedVoices));
  return fmt::format("There is no voice '{}'; the voices are: {}{}.", name.substr(0, kNameCharacters),
                     fmt::join(listed, ", "), more ? ", ..." : "");
}

}  // namespace antiphon::delivery
