#pragma once

#include <string>

#include "fleet/events.h"
#include "fleet/fingerprint_gate.h"
#include "fleet/slot.h"
#include "fleet/voice_table.h"
#include "wire/message.h"
#include "worker_pool/types.h"

namespace antiphon::fleet {

/// Takes workers into work and out of it, and reports that.
class SlotLife {
 public:
  /// The references outlive it.
  SlotLife(Events& events, FingerprintGate& gate, const VoiceTable& voices)
      : events_(events), gate_(gate), voices_(voices) {}

  /// The worker is about to be greeted, or its process runs already.
  void connected(const Slot& slot);
  /// All voices of the worker are loaded, and the gate admits it. A remote one takes jobs from now on; the others do
  /// when the pool promotes them.
  void ready(Slot& slot);
  /// The worker takes jobs from now on.
  void join(Slot& slot);
  /// The worker asked for that itself.
  void let_go(Slot& slot);
  /// Ends a worker that retires, if it has done all that it had.
  void finish_retiring(Slot& slot);
  /// Reports that the worker is at fault, on which the coordinator has it killed.
  void report_fault(const Slot& slot, worker_pool::Death death);
  /// Ends a worker that the coordinator has killed. Its jobs are lost, and what it still says is void.
  void kill(Slot& slot, worker_pool::Death death);
  /// The worker is of no use: a remote one is told why and sent away, a local one is at fault.
  void dismiss(Slot& slot, wire::Refusal code, const std::string& reason);
  /// The worker's connection has ended for that reason.
  void end(Slot& slot, std::string reason);

  /// The whole server stops: from now on nothing is reported.
  void stop() { stopping_ = true; }
  [[nodiscard]] bool stopping() const { return stopping_; }

 private:
  void leave(Slot& slot);
  void report(coordinator::Event event);

  Events& events_;
  FingerprintGate& gate_;
  const VoiceTable& voices_;
  bool stopping_ = false;
};

}  // namespace antiphon::fleet
