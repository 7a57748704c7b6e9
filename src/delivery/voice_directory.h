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

/// How clients name the speakers of a voice.
enum class SpeakerNames : std::uint8_t {
  kBehindVoice,  ///< As voice#speaker.
  kStyles,       ///< By themselves, and several of them mixed: see voice/style_mix.h. Each has a language of its own.
};

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
  SpeakerNames speaker_names = SpeakerNames::kBehindVoice;
};

/// Returns the language, as BCP 47, in which a speaker of the voice speaks; of a mix the one of its first style.
[[nodiscard]] std::string_view language_of(const ServedVoice& voice, std::uint32_t speaker);

/// Finds what a client means by a voice's name. A value; what it returns holds until another is assigned to it.
class VoiceDirectory {
 public:
  /// `aliases`: further names, each for a voice or `voice#speaker`. An alias of an unknown voice is never found.
  VoiceDirectory(std::vector<ServedVoice> voices, std::map<std::string, std::string, std::less<>> aliases);

  struct Found {
    const ServedVoice* voice = nullptr;
    std::uint32_t speaker = 0;  ///< Its place among the voice's speakers; of a mix of styles voice::StyleMix::number().

    [[nodiscard]] std::string_view language() const { return language_of(*voice, speaker); }
    /// Returns the name under which clients ask for it.
    [[nodiscard]] std::string name() const;
  };
  /// `name`: an id, `id#speaker` with the speaker's name or number, a style or a mix of styles, or an alias of one of
  /// these, in any case of letters.
  [[nodiscard]] std::optional<Found> find(std::string_view name) const;

  [[nodiscard]] std::span<const ServedVoice> voices() const { return voices_; }
  [[nodiscard]] const std::map<std::string, std::string, std::less<>>& aliases() const { return aliases_; }
  /// What clients may ask for of `voice`: itself, or each speaker where it has several. Styles of a language in which
  /// no text is read are left out. What is returned holds while `voice` does.
  [[nodiscard]] static std::vector<Found> offers_of(const ServedVoice& voice);
  /// The names of what all voices offer, or those whose ids are `allowed`.
  [[nodiscard]] std::vector<std::string> names(std::span<const std::string> allowed = {}) const;
  /// Says that there is no voice `name`, which is shortened and the client's own, and which there are instead.
  [[nodiscard]] std::string complaint(std::string_view name, std::span<const std::string> allowed) const;

 private:
  [[nodiscard]] std::optional<Found> find_directly(std::string_view name) const;
  [[nodiscard]] std::optional<Found> find_style(std::string_view name) const;

  std::vector<ServedVoice> voices_;
  std::map<std::string, std::string, std::less<>> aliases_;
};

}  // namespace antiphon::delivery
