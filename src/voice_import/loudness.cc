#include "voice_import/loudness.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "audio/gain.h"
#include "audio/limiter.h"

namespace antiphon::voice_import {
namespace {

using Pcm = std::vector<std::int16_t>;

constexpr std::array<std::string_view, 12> kEnglish = {
    "There is, according to legend, a boiling pot of gold at one end.",
    "At last the north wind gave up the attempt.",
    "Then the sun shined out warmly, and immediately the traveler took off his cloak.",
    "Your order has been shipped and will arrive on Thursday before noon.",
    "I'm sorry, but I could not find any results for that question.",
    "Could you tell me what the weather will be like in Chicago tomorrow?",
    "If you have any further questions, do not hesitate to contact our support team at any time.",
    "Well, I suppose we could try again tomorrow.",
    "It rained all night, but the morning was clear and bright.",
    "Can you tell me where the nearest station is?",
    "The old man with the long grey coat walked slowly across the square.",
    "Nothing that was said that evening could be heard in the next room.",
};

/// Numbers are read in every language.
constexpr std::array<std::string_view, 12> kNumbers = {
    "12345, 678, 90121.", "90, 81, 72, 63, 54, 45.", "1998, 2026, 1815, 476.", "3, 14, 159, 265, 358.",
    "40000, 17, 8250.",   "6789, 1234, 500.",        "1, 2, 3, 4, 5, 6, 7.",   "2500000, 713.",
    "11, 222, 3333.",     "16, 15, 14, 13, 12.",     "70, 700, 7000.",         "999, 88, 1066.",
};

std::span<const std::string_view> sentences_for(const engine::VoiceInfo& info) {
  if (info.language.starts_with("en")) return kEnglish;
  return kNumbers;
}

std::unexpected<Error> failure(std::string message) {
  return std::unexpected(Error{.code = Errc::kRunFailed, .message = std::move(message)});
}

engine::Result<Pcm> speak(engine::Voice& voice, std::string_view text, std::uint32_t speaker) {
  const auto plan = voice.plan({.text = text, .speaker = speaker});
  if (!plan) return std::unexpected(plan.error());
  Pcm pcm;
  std::vector<std::byte> state;
  for (const auto& grain : plan->grains) {
    const auto begin = std::size_t{grain.row_begin} * plan->row_bytes;
    const auto end = std::size_t{grain.row_end} * plan->row_bytes;
    auto done = voice.render({.grain = grain,
                              .rows = std::span(plan->prior).subspan(begin, end - begin),
                              .state = state,
                              .speaker = speaker});
    if (!done) return std::unexpected(std::move(done.error()));
    pcm.insert(pcm.end(), done->pcm.begin(), done->pcm.end());
    state = std::move(done->state);
  }
  return pcm;
}

double level_db(const Pcm& pcm) {
  double energy = 0;
  for (const double sample : pcm) energy += sample * sample;
  return audio::to_decibels(std::sqrt(energy / static_cast<double>(pcm.size())));
}

/// How much louder the samples are where the loudest of them is at full scale.
double headroom_db(const Pcm& pcm) {
  constexpr double kFullScale = 32'767;
  int loudest = 0;
  for (const auto sample : pcm) loudest = std::max(loudest, std::abs(int{sample}));
  return audio::to_decibels(kFullScale / loudest);
}

/// What the limiter takes of the loudness at this gain.
double limited_db(const Pcm& pcm, double gain_db, base::SampleRate rate) {
  audio::Limiter limiter(audio::from_decibels(gain_db), rate);
  Pcm out;
  limiter.push(pcm, out);
  limiter.finish(out);
  return level_db(pcm) + gain_db - level_db(out);
}

}  // namespace

Result<double> measure_gain(engine::Voice& voice) {
  constexpr double kHundredths = 100;
  const auto& info = voice.info();
  const auto speakers = std::max<std::size_t>(info.speakers.size(), 1);
  const auto sentences = sentences_for(info);
  std::vector<Pcm> spoken;
  double headroom = 0;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    auto pcm = speak(voice, sentences[i], static_cast<std::uint32_t>(i * speakers / sentences.size()));
    if (!pcm && pcm.error().code == engine::Errc::kNothingToSpeak) continue;
    if (!pcm && pcm.error().code == engine::Errc::kSegmentTooLong) continue;
    // A speaker in whose language no text is read.
    if (!pcm && pcm.error().code == engine::Errc::kBadArgument) continue;
    if (!pcm) return failure(std::move(pcm.error().message));
    if (std::ranges::all_of(*pcm, [](auto sample) { return sample == 0; })) continue;
    headroom += headroom_db(*pcm);
    spoken.push_back(std::move(*pcm));
  }
  if (spoken.empty()) return failure("the voice can be heard in none of the sentences by which loudness is measured");
  const auto count = static_cast<double>(spoken.size());
  const double gain = headroom / count;
  double taken = 0;
  for (const auto& pcm : spoken) taken += limited_db(pcm, gain, info.sample_rate);
  const double found = std::round((gain + taken / count) * kHundredths) / kHundredths;
  return std::clamp(found, audio::kLeastGainDb, audio::kMostGainDb);
}

}  // namespace antiphon::voice_import
