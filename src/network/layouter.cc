#include <algorithm>
#include <numeric>
#include <type_traits>

#include "network/compiler.h"

/// Where the lines of a program lie, and in which pieces it runs.
namespace antiphon::network {
namespace {

/// Frames of the first section at once.
constexpr std::size_t kMostFrames = 72;
/// Floats of one stream that a slice should have at most: with the others around it, about a second-level cache.
constexpr std::size_t kSliceFloats = 18'432;
constexpr std::size_t kMostWorkspaceFloats = std::size_t{1} << 26U;

}  // namespace

std::vector<Layouter::Read> Layouter::reads_of(const Program::Step& step) {
  std::vector<Read> reads;
  const auto beyond_conv = [](const auto& known, std::size_t reach, std::size_t tile) {
    return reach - std::min<std::size_t>(reach, known.pad_left) + tile - 1;
  };
  if (const auto* conv = std::get_if<Program::ConvStep>(&step)) {
    const auto tile = conv->conv.tile();
    reads.push_back({.place = conv->source, .beyond = beyond_conv(*conv, conv->conv.reach(), tile)});
    reads.push_back({.place = conv->residual, .beyond = tile - 1});
    reads.push_back({.place = conv->addend, .in_place = true, .beyond = tile - 1});
  } else if (const auto* transpose = std::get_if<Program::ConvTransposeStep>(&step)) {
    const auto stride = transpose->conv.shape().stride;
    const auto beyond = (transpose->pad_left + stride - 1) / stride + transpose->conv.phases().tile() - 1;
    reads.push_back({.place = transpose->source, .beyond = beyond});
  } else if (const auto* projection = std::get_if<Program::ProjectionStep>(&step)) {
    reads.push_back(
        {.place = projection->source, .beyond = beyond_conv(*projection, projection->projection.reach(), 1)});
  } else if (const auto* map = std::get_if<Program::MapStep>(&step)) {
    reads.push_back({.place = map->a.place, .in_place = true});
    reads.push_back({.place = map->b.place, .in_place = true});
  } else {
    for (const auto& part : std::get<Program::CopyStep>(step).parts) reads.push_back({.place = part.source});
  }
  std::erase_if(reads, [](const Read& read) { return read.place.line == Program::kNone; });
  return reads;
}

std::size_t Layouter::tile_of(const Program::Step& step) {
  if (const auto* conv = std::get_if<Program::ConvStep>(&step)) return conv->conv.tile();
  return 1;
}

void Layouter::measure() {
  tails_.assign(program_.sections_.size(), kernel::kBlock);  // A stream of one channel is read in whole blocks.
  last_use_.assign(program_.lines_.size(), 0);
  for (auto& section : program_.sections_) {
    for (std::size_t s = 0; s < section.steps.size(); ++s) {
      const auto& step = section.steps[s];
      for (const auto& read : reads_of(step)) {
        const auto& line = program_.lines_[read.place.line];
        tails_[line.section] = std::max(tails_[line.section], read.beyond);
        last_use_[read.place.line] = s;
      }
      auto& tail = tails_[program_.lines_[Program::target_of(step)].section];
      if (const auto* conv = std::get_if<Program::ConvStep>(&step)) {
        tail = std::max(tail, conv->conv.tile());
        program_.front_ = std::max(program_.front_, conv->conv.lead());
        // What lies before the first tap is read too, and must not be what another line left there.
        if (conv->conv.lead() > 0) program_.lines_[conv->source.line].lasts = true;
        program_.scratch_floats_ = std::max(program_.scratch_floats_, conv->conv.workspace_floats());
      }
      if (const auto* transpose = std::get_if<Program::ConvTransposeStep>(&step)) {
        const auto& phases = transpose->conv.phases();
        const std::size_t stride = transpose->conv.shape().stride;
        tail = std::max(tail, stride * (phases.tile() + transpose->pad_left / stride + 2));
        program_.front_ = std::max({program_.front_, phases.lead(), stride});
        program_.scratch_floats_ = std::max(program_.scratch_floats_, phases.workspace_floats());
      }
    }
  }
}

/// Slices as large as the cache suggests, of whole tiles where the tiles have a common multiple of that size.
void Layouter::choose_slices() {
  program_.sections_[0].slice = kMostFrames;
  for (std::size_t s = 1; s < program_.sections_.size(); ++s) {
    auto& section = program_.sections_[s];
    std::size_t widest = 1;
    std::size_t whole = section.stride;
    for (const auto& step : section.steps) {
      widest = std::max(widest, program_.lines_[Program::target_of(step)].stride);
      const auto common = std::lcm(whole, tile_of(step));
      if (common * widest <= 2 * kSliceFloats) whole = common;
    }
    const auto wanted = kSliceFloats / widest;
    const auto rows = std::max<std::size_t>((wanted + whole / 2) / whole, 1) * whole;
    section.slice = rows / section.stride;
  }
}

std::size_t Layouter::rows_of(std::size_t section) const {
  const auto& known = program_.sections_[section];
  return section == 0 ? known.slice : known.slice * known.stride;
}

void Layouter::place_section(std::size_t number) {
  auto& section = program_.sections_[number];
  const auto rows = rows_of(number);
  std::vector<Buffer> buffers;
  const auto place = [&](Program::Line& line) {
    const auto before = (program_.front_ + line.history) * line.stride;
    // Whole cache lines before the first new row, so that it begins at one.
    line.zero = program_.workspace_floats_ + kernel::padded(before);
    line.capacity = rows + tails_[number];
    program_.workspace_floats_ = line.zero + kernel::padded(line.capacity * line.stride) + kernel::kBlock;
  };
  if (number == 0) place(program_.lines_[0]);
  for (std::size_t s = 0; s < section.steps.size(); ++s) {
    const auto target = Program::target_of(section.steps[s]);
    auto& line = program_.lines_[target];
    if (line.lasts) {
      place(line);
      continue;
    }
    const auto reads = reads_of(section.steps[s]);
    const auto is_free = [&](const Buffer& buffer) {
      if (buffer.stride != line.stride) return false;
      if (last_use_[buffer.line] < s) return true;
      const auto blocks = [&](const Read& read) {
        return read.place.line == buffer.line && (!read.in_place || read.place.channel != 0);
      };
      return last_use_[buffer.line] == s && std::ranges::none_of(reads, blocks);
    };
    const auto found = std::ranges::find_if(buffers, is_free);
    if (found == buffers.end()) {
      place(line);
      buffers.push_back({.stride = line.stride, .line = target, .offset = line.zero});
    } else {
      line.zero = found->offset;
      line.capacity = rows + tails_[number];
      found->line = target;
    }
  }
}

Result<void> Layouter::run() {
  measure();
  choose_slices();
  for (std::size_t s = 0; s < program_.sections_.size(); ++s) {
    place_section(s);
    if (program_.workspace_floats_ > kMostWorkspaceFloats) return unsupported("a workspace of impossible size");
  }
  return {};
}

}  // namespace antiphon::network
