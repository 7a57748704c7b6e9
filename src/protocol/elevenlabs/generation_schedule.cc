#include "protocol/elevenlabs/generation_schedule.h"

#include <algorithm>
#include <utility>

#include "text/text.h"

namespace antiphon::protocol::elevenlabs {

std::string GenerationSchedule::add(std::string_view text, Pace pace) {
  held_ += text;
  characters_ += text::count_code_points(text);
  const auto needed = schedule_.empty() ? 0 : schedule_[std::min(next_, schedule_.size() - 1)];
  if (pace == Pace::kBuffered && characters_ < needed) return {};
  ++next_;
  return take();
}

std::string GenerationSchedule::take() {
  characters_ = 0;
  return std::exchange(held_, {});
}

}  // namespace antiphon::protocol::elevenlabs
