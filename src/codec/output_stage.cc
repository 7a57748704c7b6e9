#include "codec/output_stage.h"

namespace antiphon::codec {

Result<OutputStage> OutputStage::make(base::SampleRate from, base::SampleRate to, audio::Gain gain) {
  auto resampler = Resampler::make(from, to);
  if (!resampler) return std::unexpected(std::move(resampler.error()));
  return OutputStage(std::move(*resampler), audio::Limiter(gain, to));
}

Result<void> OutputStage::push(std::span<const std::int16_t> input, std::vector<std::int16_t>& out) {
  resampled_.clear();
  auto pushed = resampler_.push(input, resampled_);
  limiter_.push(resampled_, out);
  return pushed;
}

Result<void> OutputStage::finish(std::vector<std::int16_t>& out) {
  resampled_.clear();
  auto finished = resampler_.finish(resampled_);
  limiter_.push(resampled_, out);
  limiter_.finish(out);
  return finished;
}

}  // namespace antiphon::codec
