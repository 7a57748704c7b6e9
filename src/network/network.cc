#include "network/network.h"

#include <algorithm>

#include "kernel/conv_transpose1d.h"

namespace antiphon::network {
namespace {

/// By how many samples before its own first new one a stream reads its source.
std::int64_t reach_back(const Network& network, const Stream& user, std::uint32_t source) {
  if (const auto* transpose = std::get_if<FromConvTranspose>(&user.from)) {
    return (transpose->kernel - 1) / transpose->stride;
  }
  const auto gap = std::int64_t{user.lag} - network.streams[source].lag;
  const auto* conv = std::get_if<FromConv>(&user.from);
  return conv == nullptr ? gap : gap + conv->pad_left;
}

}  // namespace

std::vector<std::uint32_t> sources_of(const Stream& stream) {
  if (const auto* conv = std::get_if<FromConv>(&stream.from)) return {conv->input};
  if (const auto* transpose = std::get_if<FromConvTranspose>(&stream.from)) return {transpose->input};
  if (const auto* channels = std::get_if<FromChannels>(&stream.from)) return {channels->input};
  if (const auto* join = std::get_if<FromJoin>(&stream.from)) return join->inputs;
  std::vector<std::uint32_t> sources;
  if (const auto* map = std::get_if<FromMap>(&stream.from)) {
    for (const auto& operand : map->operands) {
      if (operand.kind == Operand::Kind::kStream) sources.push_back(operand.number);
    }
  }
  return sources;
}

bool is_map_of_one(const Stream& stream) {
  if (!std::holds_alternative<FromMap>(stream.from)) return false;
  const auto sources = sources_of(stream);
  return std::ranges::count(sources, sources.front()) == std::ssize(sources);
}

Histories histories_of(const Network& network) {
  const auto count = network.streams.size();
  Histories out{.root = std::vector<std::uint32_t>(count), .samples = std::vector<std::uint32_t>(count)};
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto& stream = network.streams[i];
    const bool of_one = is_map_of_one(stream);
    out.root[i] = of_one ? out.root[sources_of(stream).front()] : i;
    if (of_one) continue;
    for (const auto source : sources_of(stream)) {
      auto& samples = out.samples[out.root[source]];
      samples = std::max(samples, static_cast<std::uint32_t>(reach_back(network, stream, source)));
    }
  }
  for (std::uint32_t i = 0; i < count; ++i) {
    if (out.root[i] == i) out.state_floats += std::uint64_t{network.streams[i].channels} * out.samples[i];
    out.samples[i] = out.samples[out.root[i]];
  }
  return out;
}

}  // namespace antiphon::network
