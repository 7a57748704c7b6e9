#pragma once

#include <cstdint>
#include <optional>

#include "text/segmenter.h"

namespace antiphon::text {

/// What a request says of how its text is read; where it says nothing, the server's options count. Decides the bytes.
struct Switches {
  std::optional<Normalise> normalise{};
  std::optional<markup::Markup> markup{};
  std::optional<markup::Emoji> emoji{};
  friend bool operator==(const Switches&, const Switches&) = default;
};

/// Those of a request that says that its text is SSML: its tags are followed, whatever the server does else.
[[nodiscard]] constexpr Switches ssml_switches() {
  return {.normalise = Normalise::kOn, .markup = markup::Markup::kStrip};
}

/// `options` with what the request says.
[[nodiscard]] Options with(Options options, const Switches& switches);

/// A number below kSwitchNumbers for each set of switches, as records keep it; 0 says nothing. Numbers never change.
inline constexpr std::uint8_t kSwitchNumbers = 27;
[[nodiscard]] std::uint8_t number_of(const Switches& switches);
/// Returns nullopt for what is no such number.
[[nodiscard]] std::optional<Switches> switches_of(std::uint8_t number);

}  // namespace antiphon::text
