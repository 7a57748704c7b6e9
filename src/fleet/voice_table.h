#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "scheduler/cost_model.h"
#include "scheduler/types.h"

namespace antiphon::fleet {

/// A voice with which the workers speak.
struct Voice {
  std::string id;
  std::filesystem::path folder;
  base::SampleRate rate;
  /// What the voice costs, from its preparation or an earlier run; nullopt: not known, and the defaults hold.
  std::optional<scheduler::CostModel::Prior> cost{};
  std::string identity{};  ///< Hash of all that decides the voice's bytes; "": not known.
};

/// The voices of a server, numbered from 0 in the order in which they came. A voice that is no longer served stays
/// known under its number, for the streams that have it. Not thread-safe.
class VoiceTable {
 public:
  /// Serves `voices`, of which there is at least one. Their ids differ.
  explicit VoiceTable(const std::vector<Voice>& voices) { serve(voices); }

  /// From now on newcomers can ask for exactly `voices`, the first of which is loaded before a worker counts. A voice
  /// whose id is known keeps what was known of it.
  void serve(const std::vector<Voice>& voices);

  /// Returns null if there was never such a voice. The pointer is valid until the next serve().
  [[nodiscard]] const Voice* find(std::string_view id) const;
  /// The voice that is loaded before a worker counts.
  [[nodiscard]] const Voice& first() const { return voices_[first_]; }
  /// The voices that newcomers can ask for. The pointers are valid until the next serve().
  [[nodiscard]] std::vector<const Voice*> served() const;
  /// Every voice that is known; its index is its number.
  [[nodiscard]] std::span<const Voice> all() const { return voices_; }
  /// The number of a voice that is known.
  [[nodiscard]] std::size_t number(std::string_view id) const;
  /// The same, as the scheduler knows it.
  [[nodiscard]] scheduler::VoiceId id_of(std::string_view id) const { return {number(id)}; }

 private:
  std::vector<Voice> voices_;
  std::vector<std::size_t> served_;
  std::size_t first_ = 0;
};

}  // namespace antiphon::fleet
