#include "cli/speaker.h"

#include <vector>

#include "audio/gain.h"
#include "audio/pcm.h"
#include "text/reading/reading.h"
#include "text/utterance.h"

namespace antiphon::cli {
namespace {

/// Renders one segment grain by grain. False when the sink wants no more.
engine::Result<bool> render(engine::Voice& voice, const engine::SegmentPlan& plan, std::uint32_t speaker,
                            audio::Gain gain, const Sink& sink) {
  std::vector<std::byte> state;
  for (const auto& grain : plan.grains) {
    const auto begin = std::size_t{grain.row_begin} * plan.row_bytes;
    const auto end = std::size_t{grain.row_end} * plan.row_bytes;
    auto rendered = voice.render({.grain = grain,
                                  .rows = std::span(plan.prior).subspan(begin, end - begin),
                                  .state = state,
                                  .speaker = speaker});
    if (!rendered) return std::unexpected(std::move(rendered.error()));
    audio::apply(gain, rendered->pcm);
    if (!sink(rendered->pcm)) return false;
    state = std::move(rendered->state);
  }
  return true;
}

}  // namespace

engine::Result<void> speak(engine::Voice& voice, const Speech& speech, const Sink& sink, const Progress& progress) {
  auto segmentation = speech.segmentation;
  segmentation.speed = speech.speed;
  segmentation.language = text::reading::language_of(speech.language.empty() ? voice.info().language : speech.language);
  text::Utterance utterance(speech.text, segmentation);
  std::size_t spoken = 0;
  while (const auto* const segment = utterance.next()) {
    const auto length = segment->text.size();
    const auto rate = voice.info().sample_rate;
    const auto silence = audio::samples_in(segment->pause_before, rate);
    const auto pause = audio::samples_in(segment->pause_after, rate);
    const auto plan =
        voice.plan({.text = utterance.reading()->spoken(),
                    .segment_index = utterance.index(),
                    .seed = speech.seed,
                    .speed = static_cast<float>(text::speed_in(segment->prosody, static_cast<float>(speech.speed))),
                    .speaker = speech.speaker,
                    .max_samples = audio::samples_in(text::longest_audio(segmentation, segment->prosody), rate)});
    if (!plan) {
      if (plan.error().code == engine::Errc::kNothingToSpeak) {
        utterance.nothing();
        continue;
      }
      if (plan.error().code == engine::Errc::kSegmentTooLong && utterance.too_long()) continue;
      return std::unexpected(plan.error());
    }
    if (silence.value > 0 && !sink(std::vector<std::int16_t>(silence.value))) return {};
    const auto wanted = render(voice, *plan, speech.speaker, audio::from_volume(segment->prosody.volume), sink);
    if (!wanted) return std::unexpected(wanted.error());
    if (!*wanted) return {};
    utterance.accepted();
    if (pause.value > 0 && !sink(std::vector<std::int16_t>(pause.value))) return {};
    spoken += length;
    progress(static_cast<double>(spoken) / static_cast<double>(speech.text.size()));
  }
  if (utterance.index() == 0) {
    return std::unexpected(engine::Error{engine::Errc::kNothingToSpeak, "the voice has nothing to say for this text"});
  }
  return {};
}

}  // namespace antiphon::cli
