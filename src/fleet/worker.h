#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/time.h"
#include "base/units.h"
#include "fleet/fingerprint_gate.h"
#include "fleet/voice_table.h"
#include "fleet/worker_status.h"
#include "runtime/awaitable.h"
#include "wire/message.h"
#include "worker_pool/link_quality.h"
#include "worker_pool/stall_detector.h"
#include "worker_pool/types.h"

namespace antiphon::fleet {

/// What a message said about the link to a worker.
struct LinkNews {
  enum class Kind : std::uint8_t {
    kNone,      ///< Nothing: the message is the worker's own.
    kMeasured,  ///< The link answered.
    kLost,      ///< The worker's process has ended, as `death` says.
    kLeaves,    ///< The worker wants no more jobs, and goes when it has done those that it has.
  };
  Kind kind = Kind::kNone;
  worker_pool::Death death = worker_pool::Death::kExited;
};

/// How a worker's connection ended.
struct WorkerEnd {
  std::string reason;         ///< For the log.
  std::size_t jobs = 0;       ///< Number of jobs that the worker still had.
  bool was_given_up = false;  ///< The fleet had killed or dismissed the worker before.
  bool is_shutdown = false;   ///< The whole server is stopping.
};

/// One worker as its fleet sees it: a process and the connection to it, wherever the process runs. An implementation
/// knows how the worker is reached and observed, and where its life is recorded; what it works on is the fleet's matter
/// (Slot). Lives on one event loop.
class Worker {
 public:
  /// Called for every well-formed message, in order.
  using OnMessage = std::move_only_function<void(wire::Message)>;
  struct Identity {
    base::WorkerId id;
    std::uint32_t epoch = 0;  ///< Repeated in each message of this process.
  };

  Worker() = default;
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  virtual ~Worker() = default;

  // Its connection.

  /// Starts the process where that is this side's task, and greets it. Returns false if that failed, which was logged.
  [[nodiscard]] virtual bool start(const Identity& identity) = 0;
  /// Reads and writes until the process or the connection ends, then makes sure that both are gone. Returns why it
  /// ended. Call it once after each start(); ended() follows.
  [[nodiscard]] virtual runtime::Awaitable<std::string> run(OnMessage on_message) = 0;
  /// Queues a message. What the worker does not read within link::MessageStream::kBacklogBytes counts as its end.
  virtual void send(const wire::Message& message) = 0;
  /// Ends the process, whatever it is doing.
  virtual void kill() = 0;
  /// From start() until ended().
  [[nodiscard]] virtual bool is_connected() const = 0;

  // What can be seen of it.

  [[nodiscard]] virtual worker_pool::SlotState state() const = 0;
  /// Processor time that the process has used; zero where that cannot be seen.
  [[nodiscard]] virtual base::Duration cpu() const = 0;
  /// Whether the process computes, or would if its machine let it; where that cannot be seen, whether the link has
  /// carried anything since the last call. `tasks`: number of jobs and loadings that the worker has.
  [[nodiscard]] virtual bool is_alive(std::size_t tasks) = 0;
  /// Asks the other end whether it is there; call it every link::kHeartbeat. Returns false if it has been silent for
  /// too long and is to be killed.
  [[nodiscard]] virtual bool beat() = 0;
  /// Whether the worker uses this machine's device.
  [[nodiscard]] virtual bool shares_device() const = 0;
  /// The name under which a remote worker joins each time; "" for a local worker.
  [[nodiscard]] virtual std::string remote_id() const = 0;
  /// Returns null if there is no link worth measuring.
  [[nodiscard]] virtual const worker_pool::LinkQuality* link() const = 0;
  /// Fills in what the worker itself knows.
  virtual void describe(WorkerStatus& status) const = 0;

  // What it says and is told.

  /// Takes note of what a message says about the link.
  [[nodiscard]] virtual LinkNews interpret(const wire::Message& message) = 0;
  /// Tells the gate the worker's fingerprint. Returns what follows, also for other workers.
  [[nodiscard]] virtual FingerprintGate::Actions tell(FingerprintGate& gate, const std::string& fingerprint,
                                                      const FingerprintGate::Situation& situation) = 0;
  /// Writes into a job what is expected of it, where the other end judges its worker by that.
  virtual void tell_expected(const worker_pool::StallDetector::Work& work, wire::Message& job) const = 0;
  /// The folder that LoadVoice names for `voice`.
  [[nodiscard]] virtual std::string folder_of(const Voice& voice) const = 0;
  /// Returns why the worker cannot speak with `voice`, judging by what it told when it joined; "" if it can.
  [[nodiscard]] virtual std::string fault_of(const Voice& voice) const = 0;
  /// Returns what is wrong with the voice that the worker has loaded as `voice`; "" if nothing is.
  [[nodiscard]] virtual std::string fault_of(const Voice& voice, const wire::VoiceLoaded& loaded) const = 0;
  /// Whether the worker is of no use without the voice, which it could not load.
  [[nodiscard]] virtual bool depends_on(const std::string& voice, const VoiceTable& voices) const = 0;

  // What becomes of it.

  /// All its voices are loaded for the first time. Returns what the gate says about it.
  [[nodiscard]] virtual FingerprintGate::Actions loaded(FingerprintGate& gate) = 0;
  /// Returns the slot of the pool that its process runs in, which says when it takes jobs; nullopt if it is remote.
  [[nodiscard]] virtual std::optional<worker_pool::SlotIndex> pool_slot() const = 0;
  /// It takes jobs from now on.
  virtual void joined() = 0;
  /// It asked to leave.
  virtual void retire() = 0;
  /// The fleet kills it for that; kill() follows.
  virtual void killed(worker_pool::Death death) = 0;
  /// A remote worker is of no use and is told so before its connection ends.
  virtual void dismiss(wire::Refusal code, const std::string& reason) = 0;
  /// Its connection has ended; is_connected() is false from now on. The coordinator is not told yet.
  virtual void ended(const WorkerEnd& end) = 0;
  /// Its end was reported: logs that its slot is not used for now, where that is so.
  virtual void log_rest() const = 0;
};

}  // namespace antiphon::fleet
