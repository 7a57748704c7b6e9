#include "delivery/voice_directory.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "http/message.h"

namespace antiphon::delivery {
namespace {

/// Voices that a message names; a catalogue may have thousands.
constexpr std::size_t kNamedVoices = 20;
constexpr std::size_t kNameCharacters = 64;

std::optional<std::uint32_t> speaker_number(const ServedVoice& voice, std::string_view speaker) {
  const auto count = std::max<std::size_t>(voice.speakers.size(), 1);
  if (const auto it = std::ranges::find(voice.speakers, speaker); it != voice.speakers.end()) {
    return static_cast<std::uint32_t>(it - voice.speakers.begin());
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(speaker.data(), speaker.data() + speaker.size(), number);
  if (error != std::errc{} || end != speaker.data() + speaker.size() || number >= count) return std::nullopt;
  return number;
}

}  // namespace

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
  if (voice == voices_.end()) return std::nullopt;
  if (hash == std::string_view::npos) return Found{.voice = &*voice, .speaker = 0};
  const auto speaker = speaker_number(*voice, name.substr(hash + 1));
  if (!speaker) return std::nullopt;
  return Found{.voice = &*voice, .speaker = *speaker};
}

std::vector<std::string> VoiceDirectory::names_of(const ServedVoice& voice) {
  if (voice.speakers.size() < 2) return {voice.id};
  std::vector<std::string> names;
  for (const auto& speaker : voice.speakers) names.push_back(voice.id + "#" + speaker);
  return names;
}

std::vector<std::string> VoiceDirectory::names(std::span<const std::string> allowed) const {
  std::vector<std::string> names;
  for (const auto& voice : voices_) {
    if (!allowed.empty() && std::ranges::find(allowed, voice.id) == allowed.end()) continue;
    auto own = names_of(voice);
    names.insert(names.end(), std::make_move_iterator(own.begin()), std::make_move_iterator(own.end()));
  }
  return names;
}

std::string VoiceDirectory::complaint(std::string_view name, std::span<const std::string> allowed) const {
  auto listed = names(allowed);
  const bool more = listed.size() > kNamedVoices;
  listed.resize(std::min(listed.size(), kNamedVoices));
  return fmt::format("There is no voice '{}'; the voices are: {}{}.", name.substr(0, kNameCharacters),
                     fmt::join(listed, ", "), more ? ", ..." : "");
}

}  // namespace antiphon::delivery
