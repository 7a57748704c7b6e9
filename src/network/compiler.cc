#include "network/compiler.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace antiphon::network {

using kernel::Function;

Compiler::Compiler(const Network& network, ProgramOptions options)
    : network_(network), options_(std::move(options)), histories_(histories_of(network)) {}

Result<Program> Compiler::run() {
  count_uses();
  find_fusions();
  find_needed();
  if (auto done = refuse_narrow(); !done) return std::unexpected(std::move(done.error()));
  make_lines();
  if (auto done = make_sections(); !done) return std::unexpected(std::move(done.error()));
  if (auto done = Layouter(program_).run(); !done) return std::unexpected(std::move(done.error()));
  return std::move(program_);
}

std::span<const float> Compiler::floats(const Tensor& tensor) const {
  return std::span(network_.weights).subspan(tensor.offset, tensor.count);
}

void Compiler::count_uses() {
  uses_.assign(network_.streams.size(), 0);
  ++uses_[network_.output];
  for (const auto& user : network_.streams) {
    for (const auto source : sources_of(user)) ++uses_[source];
  }
}

std::optional<Compiler::Fusion> Compiler::fused_with(std::uint32_t number, std::uint32_t conv,
                                                     std::uint32_t other) const {
  auto fusion = fusions_[conv];
  const bool alone = uses_[conv] == 1 && histories_.samples[conv] == 0 && stream(conv).lag == stream(number).lag;
  if (fusion.conv == Program::kNone || !alone || conv == other) return std::nullopt;
  if (fusion.residual == Program::kNone) {
    fusion.residual = other;
  } else if (fusion.addend == Program::kNone) {
    fusion.addend = other;
  } else {
    return std::nullopt;
  }
  return fusion;
}

void Compiler::find_fusions() {
  fusions_.resize(network_.streams.size());
  for (std::uint32_t i = 0; i < fusions_.size(); ++i) {
    if (stream(i).channels == 1) continue;
    if (std::holds_alternative<FromConv>(stream(i).from)) fusions_[i].conv = i;
    const auto* map = std::get_if<FromMap>(&stream(i).from);
    const auto sources = sources_of(stream(i));
    if (map == nullptr || map->function != Function::kAdd || sources.size() != 2) continue;
    // The later one, since the other is there when it is computed.
    const auto [first, second] = std::minmax(sources[0], sources[1]);
    auto fusion = fused_with(i, second, first);
    if (!fusion) fusion = fused_with(i, first, second);
    if (fusion) fusions_[i] = *fusion;
  }
}

std::optional<double> Compiler::scale_of(const FromMap& map) const {
  if (map.function != Function::kMultiply) return std::nullopt;
  for (const auto& operand : map.operands) {
    if (operand.kind != Operand::Kind::kConstant || operand.constant.count != 1) continue;
    const float value = floats(operand.constant)[0];
    if (value > 0) return value;
  }
  return std::nullopt;
}

Compiler::Peeled Compiler::peel(std::uint32_t number) const {
  Peeled peeled{.stream = number};
  while (is_map_of_one(stream(peeled.stream))) {
    const auto& map = std::get<FromMap>(stream(peeled.stream).from);
    if (map.function == Function::kLeaky && peeled.slope == 1) {
      peeled.slope = map.slope;
    } else if (const auto scale = scale_of(map)) {
      peeled.scale *= *scale;  // LeakyReLU of a positive multiple is that multiple of LeakyReLU.
    } else {
      break;
    }
    peeled.stream = sources_of(stream(peeled.stream)).front();
  }
  return peeled;
}

bool Compiler::is_view(std::uint32_t number) const {
  const auto* part = std::get_if<FromChannels>(&stream(number).from);
  return part != nullptr && part->step == 1 && part->begin % kernel::kBlock == 0 &&
         stream(number).channels % kernel::kBlock == 0 && histories_.samples[number] == 0 &&
         stream(part->input).lag == stream(number).lag && number != network_.output;
}

std::optional<std::pair<std::uint32_t, std::uint32_t>> Compiler::gate_of(std::uint32_t number) const {
  const auto* map = std::get_if<FromMap>(&stream(number).from);
  const auto sources = sources_of(stream(number));
  if (map == nullptr || map->function != Function::kMultiply || sources.size() != 2) return std::nullopt;
  std::optional<std::uint32_t> tanh;
  std::optional<std::uint32_t> sigmoid;
  for (const auto source : sources) {
    const auto* inner = std::get_if<FromMap>(&stream(source).from);
    const bool alone = inner != nullptr && uses_[source] == 1 && histories_.samples[source] == 0 &&
                       stream(source).lag == stream(number).lag;
    if (!alone) return std::nullopt;
    if (inner->function == Function::kTanh) tanh = sources_of(stream(source)).front();
    if (inner->function == Function::kSigmoid) sigmoid = sources_of(stream(source)).front();
  }
  if (!tanh || !sigmoid) return std::nullopt;
  return std::pair(*tanh, *sigmoid);
}

std::vector<std::uint32_t> Compiler::reads_of(std::uint32_t number) const {
  if (const auto& fusion = fusions_[number]; fusion.conv != Program::kNone) {
    std::vector<std::uint32_t> reads{peel(std::get<FromConv>(stream(fusion.conv).from).input).stream};
    for (const auto other : {fusion.residual, fusion.addend}) {
      if (other != Program::kNone) reads.push_back(other);
    }
    return reads;
  }
  if (const auto* conv = std::get_if<FromConv>(&stream(number).from)) return {peel(conv->input).stream};
  if (const auto* conv = std::get_if<FromConvTranspose>(&stream(number).from)) return {peel(conv->input).stream};
  if (const auto gate = gate_of(number)) return {gate->first, gate->second};
  return sources_of(stream(number));
}

void Compiler::find_needed() {
  needed_.assign(network_.streams.size(), 0);
  needed_[network_.output] = 1;
  for (auto i = static_cast<std::uint32_t>(needed_.size()); i-- > 0;) {
    if (needed_[i] == 0) continue;
    for (const auto source : reads_of(i)) needed_[source] = 1;
  }
  needed_[0] = 1;
}

/// Streams of one channel lie densely. They come from convolutions, and functions of them alone may follow.
Result<void> Compiler::refuse_narrow() const {
  for (std::uint32_t i = 0; i < needed_.size(); ++i) {
    if (needed_[i] == 0) continue;
    const auto& from = stream(i).from;
    const bool map = std::holds_alternative<FromMap>(from);
    bool fits = stream(i).channels > 1 || map || std::holds_alternative<FromConv>(from);
    if (map && stream(i).channels == 1) {
      const auto& operands = std::get<FromMap>(from).operands;
      fits = std::ranges::find(operands, Operand::Kind::kSpeaker, &Operand::kind) == operands.end();
    }
    for (const auto source : reads_of(i)) fits = fits && (stream(source).channels > 1 || map);
    if (!fits) return unsupported("a stream of one channel before the waveform");
  }
  return {};
}

void Compiler::make_lines() {
  for (std::uint32_t i = 0; i < network_.streams.size(); ++i) {
    const auto& from = stream(i);
    const bool own_root = histories_.root[i] == i;
    const bool used = needed_[i] != 0 && !is_view(i);
    const auto history = histories_.samples[i];
    program_.lines_.push_back({.channels = from.channels,
                               .rate = from.rate,
                               .lag = from.lag,
                               .history = history,
                               .stride = from.channels == 1 ? 1 : kernel::padded(from.channels),
                               .used = used,
                               .keeps = own_root && history > 0,
                               .recomputed = !own_root && history > 0,
                               .lasts = history > 0 || from.channels == 1 || i == 0});
  }
  program_.output_ = network_.output;
  program_.speaker_channels_ = network_.speaker_channels;
  program_.kernels_ = &kernel::kernels_of(options_.set);
  program_.state_floats_ = histories_.state_floats;
}

Result<void> Compiler::make_sections() {
  std::set<std::uint32_t> rates;
  for (const auto& line : program_.lines_) {
    if (line.used) rates.insert(line.rate);
  }
  for (const auto rate : rates) {
    const auto before = program_.sections_.empty() ? 1 : program_.sections_.back().rate;
    program_.sections_.push_back({.rate = rate, .stride = rate / before});
  }
  if (*rates.begin() != 1 || *rates.rbegin() != stream(network_.output).rate) return unsupported("rates in no order");
  for (std::uint32_t i = 0; i < program_.lines_.size(); ++i) {
    auto& line = program_.lines_[i];
    if (line.keeps && !line.used) return unsupported("a state of a stream that is not computed");
    if (!line.used) continue;
    line.section = static_cast<std::uint32_t>(std::distance(rates.begin(), rates.find(line.rate)));
    if (i == 0) continue;
    auto& section = program_.sections_[line.section];
    if (const auto* conv = std::get_if<FromConvTranspose>(&stream(i).from)) {
      auto& source = program_.lines_[place_of(peel(conv->input).stream).line];
      if (source.section + 1 != line.section) return unsupported("a rate that is passed over");
      source.lasts = true;
    }
    auto step = step_of(i);
    if (!step) return std::unexpected(std::move(step.error()));
    section.steps.push_back(std::move(*step));
  }
  return {};
}

Compiler::Place Compiler::place_of(std::uint32_t number) const {
  if (!is_view(number)) return {.line = number};
  const auto& part = std::get<FromChannels>(stream(number).from);
  auto place = place_of(part.input);
  place.channel += part.begin;
  return place;
}

Result<Program> Program::compile(const Network& network, const ProgramOptions& options) {
  return Compiler(network, options).run();
}

}  // namespace antiphon::network
