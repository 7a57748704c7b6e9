#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "coordinator/events.h"
#include "wire/message.h"
#include "worker_pool/link_quality.h"

namespace antiphon::fleet {

/// A remote worker that takes jobs from now on.
struct NewWorker {
  base::WorkerId worker;
  std::vector<std::string> voices;                 ///< Ids of the voices that it has loaded.
  std::uint32_t places = 1;                        ///< Number of render jobs that it does at once.
  std::string remote_id;                           ///< The name under which it joins each time.
  const worker_pool::LinkQuality* link = nullptr;  ///< Quality of the link to it; valid during the call, never null.
};

/// What a worker says about a job that it was sent. Planned, RenderDone and Failed are a job's last message.
struct JobAnswer {
  base::WorkerId worker;
  base::Duration cpu{};  ///< As of coordinator::JobStarted. Zero in a GrainDone.
  wire::Message message;
};

/// What a fleet reports to its owner, which passes it on to the coordinator and gives the fleet the commands that
/// follow. All calls are made on the fleet's event loop, some of them from within a command.
class Events {
 public:
  Events() = default;
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  /// Something has happened to a worker, its voices or its memory. Unless the fleet reports it from within a command,
  /// what follows from it has been done when the call returns.
  virtual void report(coordinator::Event event) = 0;
  /// The same about a remote worker, which the owner reports as RemoteJoined.
  virtual void remote_joined(const NewWorker& joined) = 0;
  /// The jobs of the worker are lost, or it has none: nothing is heard of it any more. The coordinator knows, or is
  /// told.
  virtual void worker_left(base::WorkerId worker) = 0;
  /// The link to a remote worker was measured again.
  virtual void link_measured(base::WorkerId worker, const worker_pool::LinkQuality& link) = 0;
  virtual void on_answer(JobAnswer answer) = 0;
  /// Workers compute other bytes from now on, so that the streams that are under way cannot go on.
  virtual void fingerprint_changed() = 0;

 protected:
  ~Events() = default;
};

}  // namespace antiphon::fleet
