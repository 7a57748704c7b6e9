#include "protocol/elevenlabs/alignment.h"

#include <algorithm>

#include "base/check.h"

namespace antiphon::protocol::elevenlabs {
namespace {

/// Byte offsets of the code points, and of the end. A stray byte goes with the code point before it.
std::vector<std::size_t> code_points(std::string_view utf8) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    const bool continues = (static_cast<unsigned char>(utf8[i]) & 0xC0U) == 0x80U;
    if (i == 0 || !continues) out.push_back(i);
  }
  out.push_back(utf8.size());
  return out;
}

/// A character, or the end of all, and the sample at which it starts.
struct Known {
  std::size_t character = 0;
  std::uint64_t sample = 0;
};

/// The first one is the first character, the last one the end: of what is spoken, where an anchor says so.
std::vector<Known> known_of(std::span<const std::size_t> offsets, std::span<const Anchor> anchors,
                            std::uint64_t samples) {
  const std::size_t end = offsets.size() - 1;
  std::vector<Known> out{{.character = 0, .sample = 0}};
  for (const auto& anchor : anchors) {
    const auto at = std::ranges::lower_bound(offsets, std::min(anchor.text_offset, offsets.back()));
    const Known known{.character = static_cast<std::size_t>(at - offsets.begin()),
                      .sample = std::clamp(anchor.audio_offset.value, out.back().sample, samples)};
    if (known.character == out.back().character) {
      out.back() = known;
    } else if (known.character > out.back().character) {
      out.push_back(known);
    }
  }
  if (out.back().character != end) out.push_back({.character = end, .sample = samples});
  return out;
}

}  // namespace

Alignment align(std::string_view utf8, std::span<const Anchor> anchors, const Interval& interval) {
  ANTIPHON_CHECK(interval.rate.hz != 0, "audio has a rate");
  Alignment out;
  if (utf8.empty()) return out;
  const auto offsets = code_points(utf8);
  const auto ms = [&](std::uint64_t sample) {
    return static_cast<std::uint32_t>((interval.begin.value + sample) * 1'000 / interval.rate.hz);
  };
  const auto known = known_of(offsets, anchors, interval.samples.value);
  for (std::size_t i = 0; i + 1 < known.size(); ++i) {
    const auto& [first, begin] = known[i];
    const auto& [last, end] = known[i + 1];
    for (std::size_t c = first; c < last; ++c) {
      out.characters.emplace_back(utf8.substr(offsets[c], offsets[c + 1] - offsets[c]));
      out.starts_ms.push_back(ms(begin + (end - begin) * (c - first) / (last - first)));
    }
  }
  // Clients add up durations: the silence before the first word is the first character's.
  out.starts_ms.front() = ms(0);
  for (std::size_t c = 0; c < out.starts_ms.size(); ++c) {
    const auto next = c + 1 < out.starts_ms.size() ? out.starts_ms[c + 1] : ms(interval.samples.value);
    out.durations_ms.push_back(next - out.starts_ms[c]);
  }
  return out;
}

}  // namespace antiphon::protocol::elevenlabs
