#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "scheduler/cost_model.h"
#include "wire/message.h"
#include "worker_pool/types.h"

namespace antiphon::gateway {

/// A voice that the cell can speak with.
struct CellVoice {
  std::string id;
  std::filesystem::path folder;
  base::SampleRate rate;
  /// What it costs, from its preparation or an earlier run; nothing known: the defaults.
  std::optional<scheduler::CostModel::Prior> cost{};
  std::string identity{};  ///< Of all that decides its bytes; "": not known.
};

/// What a fleet tells whoever gives it work, and asks of him.
class FleetOwner {
 public:
  FleetOwner() = default;
  FleetOwner(const FleetOwner&) = delete;
  FleetOwner& operator=(const FleetOwner&) = delete;

  /// A worker takes jobs from now on, so many at once, and has these voices loaded.
  virtual void worker_joined(base::WorkerId worker, const std::vector<std::string>& voices, std::uint32_t places) = 0;
  /// It is to get no more jobs.
  virtual void worker_retires(base::WorkerId worker) = 0;
  /// What it was doing, should it end now. Asked before worker_left().
  [[nodiscard]] virtual worker_pool::Blame blame_of(base::WorkerId worker) const = 0;
  /// It is gone, and its jobs with it. `blame`: kText where a text that it was planning may have ended it; never of a
  /// remote worker, whose link may have been lost.
  virtual void worker_left(base::WorkerId worker, worker_pool::Blame blame) = 0;
  virtual void voice_loaded(base::WorkerId worker, const std::string& voice) = 0;
  virtual void voice_unloaded(base::WorkerId worker, const std::string& voice) = 0;
  /// quality_of() it has changed.
  virtual void link_measured(base::WorkerId worker) = 0;
  /// It cannot load that voice, which was not there when it joined.
  virtual void voice_lacking(base::WorkerId worker, const std::string& voice) = 0;
  /// What a worker says about a job. Of Planned, RenderDone and Failed nothing more follows.
  virtual void on_answer(base::WorkerId worker, wire::Message message) = 0;
  /// How much is asked for: the sample's load, start_wait and refusals.
  [[nodiscard]] virtual worker_pool::Sample demand() = 0;
  /// Streams are under way that workers have begun.
  [[nodiscard]] virtual bool is_speaking() const = 0;
  /// Workers compute other bytes from now on: those streams cannot go on.
  virtual void fingerprint_changed() = 0;
  /// The voice that is loaded before a worker counts.
  [[nodiscard]] virtual const CellVoice& first_voice() const = 0;
  /// Null: there is no such voice (any more).
  [[nodiscard]] virtual const CellVoice* find_voice(const std::string& id) const = 0;
  /// Those that newcomers can ask for.
  [[nodiscard]] virtual std::vector<const CellVoice*> served_voices() const = 0;

 protected:
  ~FleetOwner() = default;
};

}  // namespace antiphon::gateway
