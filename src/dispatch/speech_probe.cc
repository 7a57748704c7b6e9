#include "dispatch/speech_probe.h"

#include <utility>

namespace antiphon::dispatch {
namespace {

metrics::Counter encoder_seconds(metrics::Registry& registry, codec::Format format) {
  return registry.counter("antiphon_encoder_seconds_total",
                          "Processor time for resampling and encoding audio, by the format of the answer.",
                          {{"format", std::string(codec::name_of(format))}});
}

metrics::Counter characters(metrics::Registry& registry, const std::string& voice) {
  return registry.counter("antiphon_speech_characters_total",
                          "Characters (code points) of the texts that were planned, by voice; counted when an "
                          "utterance is over.",
                          {{"voice", voice}});
}

std::array<metrics::Counter, 2> of_format(metrics::Registry& registry, const std::string& voice, codec::Format format) {
  const metrics::Labels labels = {{"voice", voice}, {"format", std::string(codec::name_of(format))}};
  return {
      registry.counter("antiphon_speech_total", "Utterances with audio that are over, by voice and format.", labels),
      registry.counter("antiphon_speech_audio_seconds_total",
                       "Audio that was rendered for utterances that are over, by voice and format.", labels)};
}

}  // namespace

SpeechProbe::SpeechProbe(metrics::Registry& registry)
    : registry_(registry),
      encoder_{encoder_seconds(registry, codec::Format::kPcm),   encoder_seconds(registry, codec::Format::kWav),
               encoder_seconds(registry, codec::Format::kMp3),   encoder_seconds(registry, codec::Format::kOpus),
               encoder_seconds(registry, codec::Format::kAac),   encoder_seconds(registry, codec::Format::kFlac),
               encoder_seconds(registry, codec::Format::kMulaw), encoder_seconds(registry, codec::Format::kAlaw)} {}

void SpeechProbe::spoken(const Spoken& spoken) {
  encoder_.at(std::to_underlying(spoken.format)).add(base::to_seconds(spoken.encoder_cpu));
  if (spoken.characters == 0 && spoken.audio == base::Duration{}) return;
  const auto id = spoken.voice.substr(0, spoken.voice.find('@'));
  auto& counted = voice(id);
  counted.characters.add(static_cast<double>(spoken.characters));
  if (spoken.audio == base::Duration{}) return;
  auto found = counted.by_format.find(spoken.format);
  if (found == counted.by_format.end()) {
    const auto known = voices_.contains(id) ? id : kOtherVoice;
    found = counted.by_format.emplace(spoken.format, of_format(registry_, std::string(known), spoken.format)).first;
  }
  const auto& [utterances, seconds] = found->second;
  utterances.add();
  seconds.add(base::to_seconds(spoken.audio));
}

SpeechProbe::Voice& SpeechProbe::voice(std::string_view id) {
  if (const auto found = voices_.find(id); found != voices_.end()) return found->second;
  const std::string label(voices_.size() < kMostVoices ? id : kOtherVoice);
  return voices_.try_emplace(label, Voice{.characters = characters(registry_, label)}).first->second;
}

}  // namespace antiphon::dispatch
