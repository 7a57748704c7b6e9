#pragma once

#include <string>

#include "fleet/events.h"
#include "fleet/fingerprint_gate.h"
#include "fleet/slot.h"
#include "wire/message.h"
#include "worker_pool/types.h"

namespace antiphon::fleet {

/// Takes workers into work and out of it, and reports that.
class SlotLife {
 public:
  /// The references outlive it.
  SlotLife(Events& events, FingerprintGate& gate) : events_(events), gate_(gate) {}

  /// The worker takes jobs from now on.
  void join(Slot& slot);
  /// The worker gets no more jobs, and ends when it has none.
  void retire(Slot& slot);
  /// The worker asked for that itself.
  void let_go(Slot& slot);
  /// Ends a worker that retires, if it has done all that it had.
  void finish_retiring(Slot& slot);
  /// Ends a worker that is at fault. Its jobs are lost, and what it still says is void.
  void kill(Slot& slot, worker_pool::Death death);
  /// The same for a worker that is of no use, which is told why.
  void dismiss(Slot& slot, wire::Refusal code, const std::string& reason);
  /// The worker's connection has ended for that reason.
  void end(Slot& slot, std::string reason);

  /// Has the pool asked what it decides now.
  void ask_for_pool();
  /// The whole server stops: from now on the pool is not asked.
  void stop() { stopping_ = true; }
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  void give_up(Slot& slot);
  void leave(Slot& slot);

  Events& events_;
  FingerprintGate& gate_;
  bool stopping_ = false;
};

}  // namespace antiphon::fleet
