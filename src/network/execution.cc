#include "network/execution.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/check.h"
#include "kernel/flush_denormals.h"
#include "kernel/map.h"

namespace antiphon::network {
namespace {

/// Frames before a grain in the middle of a segment: more than any stream trails.
constexpr std::int64_t kEarlierFrames = std::int64_t{1} << 28U;

}  // namespace

Workspace::Workspace(const Program& program)
    : floats_(program.workspace_floats_),
      scratch_(program.scratch_floats_),
      cursors_(program.lines_.size()),
      positions_(program.sections_.size()) {
  for (const auto channels : program.speaker_channels_) speaker_.emplace_back(kernel::padded(channels));
}

class Execution {
 public:
  Execution(const Program& program, Workspace& workspace, const Grain& grain)
      : program_(program), workspace_(workspace), grain_(grain), origin_(grain.begins ? 0 : kEarlierFrames) {}

  void run() {
    frames_ = static_cast<std::int64_t>(grain_.prior.size() / program_.prior_channels());
    start();
    std::int64_t last = origin_ + frames_;
    if (grain_.ends) last += most_lag();
    auto& position = workspace_.positions_[0];
    while (position < last) {
      advance(0, std::min(last, position + static_cast<std::int64_t>(program_.sections_[0].slice)));
    }
    ANTIPHON_CHECK(wave_ == grain_.wave.size(), "a wave of another size");
    if (!grain_.ends) save_state();
  }

 private:
  using Line = Program::Line;
  using Place = Program::Place;
  using Cursor = Workspace::Cursor;

  [[nodiscard]] const Line& line(std::uint32_t number) const { return program_.lines_[number]; }
  [[nodiscard]] Cursor& cursor(std::uint32_t number) { return workspace_.cursors_[number]; }
  /// Row `time` of a line, from `channel` on.
  [[nodiscard]] float* row(Place place, std::int64_t time) {
    const auto& known = line(place.line);
    const auto rows = time - cursor(place.line).begin;
    return workspace_.floats_.data() + known.zero + rows * static_cast<std::int64_t>(known.stride) + place.channel;
  }
  [[nodiscard]] float* row(std::uint32_t number, std::int64_t time) { return row(Place{.line = number}, time); }
  [[nodiscard]] kernel::InputRows rows(Place place, std::int64_t time) {
    if (place.line == Program::kNone) return {};
    return {row(place, time), line(place.line).stride};
  }
  void clear(std::uint32_t number, std::int64_t from, std::int64_t to) {
    if (to > from) std::fill_n(row(number, from), static_cast<std::size_t>(to - from) * line(number).stride, 0.0F);
  }
  /// Zeros behind what was computed, up to `to`.
  void extend(Place place, std::int64_t to) {
    if (place.line == Program::kNone) return;
    const auto& at = cursor(place.line);
    ANTIPHON_CHECK(to - at.begin <= static_cast<std::int64_t>(line(place.line).capacity), "a line that is too short");
    clear(place.line, at.end, to);
  }

  [[nodiscard]] std::int64_t most_lag() const {
    std::int64_t most = 0;
    for (const auto& known : program_.lines_) {
      if (known.used) most = std::max<std::int64_t>(most, (known.lag + known.rate - 1) / known.rate);
    }
    return most;
  }

  void start();
  void save_state();
  void advance(std::size_t number, std::int64_t to);
  void take_prior();
  void emit();
  void slide(std::size_t number);

  void compute(const Program::ConvStep& step);
  void compute(const Program::ConvTransposeStep& step);
  void compute(const Program::ProjectionStep& step);
  void compute(const Program::MapStep& step);
  void compute(const Program::CopyStep& step);
  [[nodiscard]] kernel::InputRows operand(const Program::MapOperand& operand, std::int64_t time, bool narrow);

  const Program& program_;
  Workspace& workspace_;
  const Grain& grain_;
  std::int64_t origin_;
  std::int64_t frames_ = 0;
  std::size_t wave_ = 0;
};

void Execution::start() {
  const float* state = grain_.state.data();
  for (std::uint32_t i = 0; i < program_.lines_.size(); ++i) {
    const auto& known = line(i);
    if (!known.used) continue;
    auto& at = cursor(i);
    at.begin = at.end = grain_.begins ? 0 : origin_ * known.rate - known.lag;
    at.limit = grain_.ends ? (origin_ + frames_) * known.rate : std::numeric_limits<std::int64_t>::max();
    if (!known.lasts) continue;
    const auto kept = static_cast<std::int64_t>(known.history);
    clear(i, at.begin - kept - static_cast<std::int64_t>(program_.front_), at.begin);
    if (grain_.begins || !known.keeps) continue;
    for (auto t = at.begin - kept; t < at.begin; ++t, state += known.channels)
      std::memcpy(row(i, t), state, known.channels * sizeof(float));
  }
  for (std::size_t i = 0; i < workspace_.speaker_.size(); ++i)
    std::ranges::copy(grain_.speaker[i], workspace_.speaker_[i].data());
  for (std::size_t s = 0; s < program_.sections_.size(); ++s)
    workspace_.positions_[s] = origin_ * program_.sections_[s].rate;
}

void Execution::save_state() {
  float* state = grain_.next_state.data();
  for (std::uint32_t i = 0; i < program_.lines_.size(); ++i) {
    const auto& known = line(i);
    if (!known.keeps) continue;
    const auto begin = cursor(i).begin;
    for (auto t = begin - known.history; t < begin; ++t, state += known.channels)
      std::memcpy(state, row(i, t), known.channels * sizeof(float));
  }
}

/// Computes all that follows from what has come in up to `to`, in this section and those behind it.
void Execution::advance(std::size_t number, std::int64_t to) {
  const auto& section = program_.sections_[number];
  const auto move = [&](std::uint32_t target) {
    auto& at = cursor(target);
    at.end = std::max(at.begin, std::min(to - line(target).lag, at.limit));
    return at.end > at.begin;
  };
  if (number == 0 && move(0)) take_prior();
  for (const auto& step : section.steps) {
    if (move(Program::target_of(step))) std::visit([&](const auto& known) { compute(known); }, step);
  }
  auto& position = workspace_.positions_[number];
  if (number + 1 == program_.sections_.size()) {
    emit();
    position = to;
  } else {
    const auto& next = program_.sections_[number + 1];
    while (position < to) {
      position = std::min(to, position + static_cast<std::int64_t>(next.slice));
      advance(number + 1, position * next.stride);
    }
  }
  slide(number);
}

void Execution::take_prior() {
  const auto channels = program_.prior_channels();
  const auto& at = cursor(0);
  for (auto t = at.begin; t < at.end; ++t) {
    std::memcpy(row(0, t), grain_.prior.data() + static_cast<std::size_t>(t - origin_) * channels,
                channels * sizeof(float));
  }
}

void Execution::emit() {
  const auto& at = cursor(program_.output_);
  const auto count = static_cast<std::size_t>(at.end - at.begin);
  ANTIPHON_CHECK(count <= grain_.wave.size() - wave_, "a wave of another size");
  if (count > 0) std::memcpy(grain_.wave.data() + wave_, row(program_.output_, at.begin), count * sizeof(float));
  wave_ += count;
}

/// Moves what is kept of each stream to where the next slice looks for it.
void Execution::slide(std::size_t number) {
  const auto move = [&](std::uint32_t target) {
    const auto& known = line(target);
    auto& at = cursor(target);
    const auto moved = at.end - at.begin;
    if (known.lasts && moved > 0) {
      const auto kept = static_cast<std::int64_t>(known.history + program_.front_);
      std::memmove(row(target, at.begin - kept), row(target, at.end - kept),
                   static_cast<std::size_t>(kept) * known.stride * sizeof(float));
    }
    at.begin = at.end;
  };
  if (number == 0) move(0);
  for (const auto& step : program_.sections_[number].steps) move(Program::target_of(step));
}

void Execution::compute(const Program::ConvStep& step) {
  const auto& at = cursor(step.target);
  const auto tile = static_cast<std::int64_t>(step.conv.tile());
  const auto count = (at.end - at.begin + tile - 1) / tile * tile;
  const auto first = at.begin - step.pad_left;
  extend(step.source, first + count + static_cast<std::int64_t>(step.conv.reach()));
  extend(step.residual, at.begin + count);
  extend(step.addend, at.begin + count);
  step.conv.run({.input = rows(step.source, first),
                 .output = {row(step.target, at.begin), line(step.target).stride},
                 .rows = static_cast<std::size_t>(count),
                 .residual = rows(step.residual, at.begin),
                 .addend = rows(step.addend, at.begin),
                 .input_slope = step.input_slope},
                workspace_.scratch_.span());
}

void Execution::compute(const Program::ConvTransposeStep& step) {
  const auto& at = cursor(step.target);
  const std::int64_t stride = step.conv.shape().stride;
  const auto& phases = step.conv.phases();
  const auto tile = static_cast<std::int64_t>(phases.tile());
  // Input q gives the outputs from q * stride - pad_left on.
  const auto first = (at.begin + step.pad_left) / stride;
  const auto end = (at.end + step.pad_left + stride - 1) / stride;
  const auto count = (end - first + tile - 1) / tile * tile;
  extend(step.source, first + count);
  const auto begin = first * stride - step.pad_left;
  step.conv.run({.input = rows(step.source, first - static_cast<std::int64_t>(phases.reach())),
                 .output = {row(step.target, begin), line(step.target).stride},
                 .rows = static_cast<std::size_t>(count),
                 .input_slope = step.input_slope},
                workspace_.scratch_.span());
  clear(step.target, begin, at.begin);  // Before the segment's begin are zeros.
}

void Execution::compute(const Program::ProjectionStep& step) {
  const auto& at = cursor(step.target);
  const auto first = at.begin - step.pad_left;
  const auto count = at.end - at.begin;
  extend(step.source, first + count + static_cast<std::int64_t>(step.projection.reach()));
  step.projection.run({.input = rows(step.source, first),
                       .output = row(step.target, at.begin),
                       .rows = static_cast<std::size_t>(count),
                       .input_slope = step.input_slope});
}

kernel::InputRows Execution::operand(const Program::MapOperand& operand, std::int64_t time, bool narrow) {
  switch (operand.kind) {
    case Operand::Kind::kStream: {
      auto found = rows(operand.place, time);
      if (narrow) found.stride = kernel::kBlock;
      return found;
    }
    case Operand::Kind::kConstant:
      return {program_.constants_[operand.number].data(), 0};
    case Operand::Kind::kSpeaker:
      return {workspace_.speaker_[operand.number].data(), 0};
  }
  return {};
}

void Execution::compute(const Program::MapStep& step) {
  const auto& at = cursor(step.target);
  const auto& target = line(step.target);
  const auto begin = target.recomputed ? std::max<std::int64_t>(at.begin - target.history, 0) : at.begin;
  const auto count = static_cast<std::size_t>(at.end - begin);
  const bool narrow = target.stride == 1;
  const auto whole_rows = narrow ? (count + kernel::kBlock - 1) / kernel::kBlock : count;
  kernel::map(*program_.kernels_, step.function,
              {.a = operand(step.a, begin, narrow),
               .b = kernel::takes_two(step.function) ? operand(step.b, begin, narrow) : kernel::InputRows{},
               .output = {row(step.target, begin), narrow ? kernel::kBlock : target.stride},
               .rows = whole_rows,
               .width = narrow ? kernel::kBlock : target.stride,
               .slope = step.slope});
}

void Execution::compute(const Program::CopyStep& step) {
  const auto& at = cursor(step.target);
  const auto& target = line(step.target);
  for (auto t = at.begin; t < at.end; ++t) {
    float* to = row(step.target, t);
    for (const auto& part : step.parts) {
      const float* from = row(part.source, t);
      for (std::uint32_t i = 0; i < part.channels; ++i) to[i] = from[static_cast<std::int64_t>(i) * part.step];
      to += part.channels;
    }
    std::fill_n(to, target.stride - target.channels, 0.0F);
  }
}

std::uint64_t samples_of(const Program& program, const Grain& grain) {
  const auto whole = std::uint64_t{grain.prior.size() / program.prior_channels()} * program.hop();
  const std::uint64_t delay = program.delay_samples();
  if (grain.begins == grain.ends) return whole;
  if (grain.begins) return whole > delay ? whole - delay : 0;
  return whole + delay;
}

void run(const Program& program, Workspace& workspace, const Grain& grain) {
  ANTIPHON_CHECK(grain.prior.size() % program.prior_channels() == 0, "a part of a row");
  ANTIPHON_CHECK(grain.state.size() == (grain.begins ? 0 : program.state_floats()), "a state of another size");
  ANTIPHON_CHECK(grain.next_state.size() == (grain.ends ? 0 : program.state_floats()), "a state of another size");
  ANTIPHON_CHECK(grain.speaker.size() == program.speaker_channels().size(), "another number of tensors");
  const kernel::FlushDenormals flush;
  Execution(program, workspace, grain).run();
}

}  // namespace antiphon::network
