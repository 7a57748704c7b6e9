#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audio/gain.h"
#include "base/units.h"
#include "scheduler/cost_model.h"

namespace antiphon::delivery {

/// A voice of the catalogue as the gateway knows it. The gateway itself never loads one.
struct ServedVoice {
  std::string id;
  std::string engine;
  std::string language;               ///< BCP 47.
  std::vector<std::string> speakers;  ///< Names in the order of their numbers; empty for one unnamed speaker.
  base::SampleRate rate;
  std::filesystem::path folder;
  std::optional<scheduler::CostModel::Prior> cost{};  ///< Where it is known.
  std::string version{};   ///< Another one after the voice was prepared anew, whatever it is.
  std::string identity{};  ///< Hash of all that decides its bytes; "": not known.
  audio::Gain gain{};      ///< Applied to its audio by the gateway.
  std::string key{};       ///< By which the cell knows it: the id at first, another one for each version since.
};

/// Finds what a client means by a voice's name. A value; what it returns holds until another is assigned to it.
class VoiceDirectory {
 public:
  /// `aliases`: further names, each for a voice or `voice#speaker`. An alias of an unknown voice is never found.
  VoiceDirectory(std::vector<ServedVoice> voices, std::map<std::string, std::string, std::less<>> aliases);

  struct Found {
    const ServedVoice* voice = nullptr;
    std::uint32_t speaker = 0;
  };
  /// `name`: an id, `id#speaker` with the speaker's name or number, or an alias of one of these, in any case of
  /// letters.
  [[nodiscard]] std::optional<Found> find(std::string_view name) const;

  [[nodiscard]] std::span<const ServedVoice> voices() const { return voices_; }
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& aliases() const { return aliases_; }
  /// The names under which clients may ask for `voice`: its id, or `id#speaker` each where it has several speakers.
  [[nodiscard]] static std::vector<std::string> names_of(const ServedVoice& voice);
  /// Those of all voices, or of those whose ids are `allowed`.
  [[nodiscard]] std::vector<std::string> names(std::span<const std::string> allowed = {}) const;
  /// Says that there is no voice `name`, which is shortened and the client's own, and which there are instead.
  [[nodiscard]] std::string complaint(std::string_view name, std::span<const std::string> allowed) const;

 private:
  [[nodiscard]] std::optional<Found> find_directly(std::string_view name) const;

  std::vector<ServedVoice> voices_;
  std::map<std::string, std::string, std::less<>> aliases_;
};

}  // namespace antiphon::delivery
