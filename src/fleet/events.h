#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"
#include "wire/message.h"
#include "worker_pool/link_quality.h"
#include "worker_pool/types.h"

namespace antiphon::fleet {

/// A worker that takes jobs from now on.
struct NewWorker {
  base::WorkerId worker;
  std::vector<std::string> voices;  ///< Ids of the voices that it has loaded.
  std::uint32_t places = 1;         ///< Number of render jobs that it does at once.
  std::string remote_id;            ///< The name under which a remote worker joins each time; "": it is a local one.
  const worker_pool::LinkQuality* link = nullptr;  ///< Of the link to a remote worker; valid during the call.
};

/// What a fleet reports to the component that gives it work. The fleet asks nothing back: what it needs to know is told
/// to it by its commands. All calls are made on the fleet's event loop, some of them from within a command.
class Events {
 public:
  Events() = default;
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;

  virtual void worker_joined(const NewWorker& joined) = 0;
  /// The worker is to get no more jobs. worker_left() follows when it has done those that it has.
  virtual void worker_retires(base::WorkerId worker) = 0;
  /// The worker is gone, and its jobs with it. `blame` is kText if a text that a local worker was planning may have
  /// ended it. It is never kText for a remote worker, since its link may have been lost instead.
  virtual void worker_left(base::WorkerId worker, worker_pool::Blame blame) = 0;

  virtual void voice_loaded(base::WorkerId worker, const std::string& voice) = 0;
  virtual void voice_unloaded(base::WorkerId worker, const std::string& voice) = 0;
  /// The worker cannot load that voice, which was not served when it joined.
  virtual void voice_lacking(base::WorkerId worker, const std::string& voice) = 0;
  /// The link to a remote worker was measured again.
  virtual void link_measured(base::WorkerId worker, const worker_pool::LinkQuality& link) = 0;
  /// What a worker says about a job that it was sent. Planned, RenderDone and Failed are a job's last message.
  virtual void on_answer(base::WorkerId worker, wire::Message message) = 0;
  /// Workers compute other bytes from now on, so that the streams that are under way cannot go on.
  virtual void fingerprint_changed() = 0;
  /// A tenth of a second has passed, or a worker has come or gone: Fleet::update_pool() is to be called now.
  virtual void pool_due() = 0;

 protected:
  ~Events() = default;
};

}  // namespace antiphon::fleet
