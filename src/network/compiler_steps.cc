#include <utility>

#include "network/compiler.h"

/// The part of Compiler that makes steps.
namespace antiphon::network {

using kernel::Method;

ProgramOptions options_for(kernel::InstructionSet set, Methods methods) {
  if (methods == Methods::kDirect) return {.set = set, .frames = {}, .samples = {}};
  return {.set = set,
          .frames = {Method::kF3x2, Method::kF6x3, Method::kF3x5, Method::kF4x7, Method::kF6x6},
          .samples = {Method::kF3x2, Method::kF6x3, Method::kF6x5, Method::kF6x7, Method::kF6x6}};
}

Method Compiler::method_for(std::uint32_t taps, std::uint32_t rate) const {
  // A few taps would be taken in pieces of which most is nothing.
  const auto fits = [&](Method method) {
    const auto scheme = kernel::scheme_of(method);
    return scheme.taps == taps || (kernel::pieces_of(method, taps) > 1 && taps > scheme.taps + scheme.taps / 3);
  };
  for (const auto method : rate == 1 ? options_.frames : options_.samples) {
    if (fits(method)) return method;
  }
  return Method::kDirect;
}

Result<Program::Step> Compiler::step_of(std::uint32_t number) {
  const auto& from = stream(number).from;
  if (fusions_[number].conv != Program::kNone || std::holds_alternative<FromConv>(from)) return conv_step(number);
  if (const auto* conv = std::get_if<FromConvTranspose>(&from)) return conv_transpose_step(number, *conv);
  if (const auto* map = std::get_if<FromMap>(&from)) return map_step(number, *map);
  Program::CopyStep copy{.parts = {}, .target = number};
  if (const auto* part = std::get_if<FromChannels>(&from)) {
    auto place = place_of(part->input);
    place.channel += part->begin;
    copy.parts.push_back({.source = place, .step = part->step, .channels = stream(number).channels});
  }
  if (const auto* join = std::get_if<FromJoin>(&from)) {
    for (const auto input : join->inputs)
      copy.parts.push_back({.source = place_of(input), .step = 1, .channels = stream(input).channels});
  }
  return copy;
}

Result<Program::Step> Compiler::conv_step(std::uint32_t number) {
  const auto fusion = fusions_[number];
  const auto& conv = std::get<FromConv>(stream(fusion.conv == Program::kNone ? number : fusion.conv).from);
  const auto peeled = peel(conv.input);
  const kernel::ConvShape shape{.inputs = stream(peeled.stream).channels,
                                .outputs = stream(number).channels,
                                .kernel = conv.kernel,
                                .dilation = conv.dilation};
  const kernel::ConvWeights weights{.kernel = floats(conv.weights), .bias = floats(conv.bias), .scale = peeled.scale};
  program_.operations_ += 2.0 * shape.inputs * shape.outputs * shape.kernel * stream(number).rate;
  if (shape.outputs == 1) {
    auto packed = kernel::Projection::pack(shape, weights, options_.set);
    if (!packed) return unsupported(std::move(packed.error().message));
    return Program::ProjectionStep{.projection = std::move(*packed),
                                   .source = place_of(peeled.stream),
                                   .target = number,
                                   .input_slope = peeled.slope,
                                   .pad_left = conv.pad_left};
  }
  auto packed = kernel::Conv1d::pack(shape, weights, method_for(shape.kernel, stream(number).rate), options_.set);
  if (!packed) return unsupported(std::move(packed.error().message));
  const auto place = [&](std::uint32_t other) { return other == Program::kNone ? Place{} : place_of(other); };
  return Program::ConvStep{.conv = std::move(*packed),
                           .source = place_of(peeled.stream),
                           .target = number,
                           .residual = place(fusion.residual),
                           .addend = place(fusion.addend),
                           .input_slope = peeled.slope,
                           .pad_left = conv.pad_left};
}

Result<Program::Step> Compiler::conv_transpose_step(std::uint32_t number, const FromConvTranspose& conv) {
  const auto peeled = peel(conv.input);
  const kernel::ConvTransposeShape shape{.inputs = stream(peeled.stream).channels,
                                         .outputs = stream(number).channels,
                                         .kernel = conv.kernel,
                                         .stride = conv.stride};
  program_.operations_ += 2.0 * shape.inputs * shape.outputs * shape.kernel * stream(peeled.stream).rate;
  auto packed = kernel::ConvTranspose1d::pack(
      shape, {.kernel = floats(conv.weights), .bias = floats(conv.bias), .scale = peeled.scale},
      method_for(kernel::ConvTranspose1d::taps_of(shape), stream(number).rate), options_.set);
  if (!packed) return unsupported(std::move(packed.error().message));
  return Program::ConvTransposeStep{.conv = std::move(*packed),
                                    .source = place_of(peeled.stream),
                                    .target = number,
                                    .input_slope = peeled.slope,
                                    .pad_left = conv.pad_left};
}

Program::Step Compiler::map_step(std::uint32_t number, const FromMap& map) {
  const auto streams = [&](std::uint32_t source) { return Program::MapOperand{.place = place_of(source)}; };
  if (const auto gate = gate_of(number)) {
    return Program::MapStep{
        .function = kernel::Function::kGate, .a = streams(gate->first), .b = streams(gate->second), .target = number};
  }
  Program::MapStep step{.function = map.function,
                        .slope = map.slope,
                        .a = operand(map.operands[0], stream(number).channels),
                        .target = number};
  if (map.operands.size() > 1) step.b = operand(map.operands[1], stream(number).channels);
  return step;
}

Program::MapOperand Compiler::operand(const Operand& operand, std::uint32_t channels) {
  Program::MapOperand out{.kind = operand.kind, .number = operand.number};
  if (operand.kind == Operand::Kind::kStream) out.place = place_of(operand.number);
  if (operand.kind == Operand::Kind::kConstant) {
    const auto values = floats(operand.constant);
    kernel::AlignedFloats row(kernel::padded(channels));
    // A stream of one channel lies densely, so that its constant is wanted in each place of a block.
    const bool everywhere = values.size() == 1;
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = everywhere ? values[0] : i < values.size() ? values[i] : 0;
    out.number = static_cast<std::uint32_t>(program_.constants_.size());
    program_.constants_.push_back(std::move(row));
  }
  return out;
}

}  // namespace antiphon::network
