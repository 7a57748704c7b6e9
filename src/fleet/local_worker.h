#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "fleet/worker.h"
#include "fleet/worker_source.h"
#include "link/message_stream.h"
#include "runtime/clock.h"
#include "worker_pool/pool.h"

namespace antiphon::fleet {

/// The workers that follow each other in one slot of the pool, each a process of this machine. Their lives are reported
/// to the pool.
class LocalWorker final : public Worker {
 public:
  /// The references outlive it. `slot`: of the pool.
  LocalWorker(runtime::Executor executor, runtime::Clock& clock, WorkerSource& source, worker_pool::Pool& pool,
              worker_pool::SlotIndex slot)
      : executor_(std::move(executor)), clock_(clock), source_(source), pool_(pool), slot_(slot) {}

  [[nodiscard]] bool start(const Identity& identity) override;
  [[nodiscard]] runtime::Awaitable<std::string> run(OnMessage on_message) override;
  void send(const wire::Message& message) override { stream_->send(message); }
  void kill() override;
  [[nodiscard]] bool is_connected() const override { return process_ != nullptr; }

  [[nodiscard]] worker_pool::SlotState state() const override { return place().state(); }
  [[nodiscard]] base::Duration cpu() const override { return process_ ? process_->cpu() : base::Duration{}; }
  [[nodiscard]] bool is_alive(std::size_t /*tasks*/) override { return process_->is_runnable(); }
  [[nodiscard]] bool beat() override { return true; }
  [[nodiscard]] bool shares_device() const override { return true; }
  [[nodiscard]] std::string remote_id() const override { return {}; }
  [[nodiscard]] const worker_pool::LinkQuality* link() const override { return nullptr; }
  void describe(WorkerStatus& status) const override;

  [[nodiscard]] LinkNews interpret(const wire::Message& /*message*/) override { return {}; }
  [[nodiscard]] FingerprintGate::Actions tell(FingerprintGate& gate, const std::string& fingerprint,
                                              const FingerprintGate::Situation& /*situation*/) override {
    return gate.local_told(fingerprint);
  }
  [[nodiscard]] worker_pool::StallJudge::Work expect(worker_pool::StallJudge::Work work,
                                                     wire::Message& /*job*/) const override {
    return work;
  }
  [[nodiscard]] std::string folder_of(const Voice& voice) const override { return voice.folder.string(); }
  [[nodiscard]] std::string fault_of(const Voice& /*voice*/) const override { return {}; }
  [[nodiscard]] std::string fault_of(const Voice& /*voice*/, const wire::VoiceLoaded& /*loaded*/) const override {
    return {};
  }
  [[nodiscard]] bool depends_on(const std::string& voice, const VoiceTable& voices) const override;

  [[nodiscard]] FingerprintGate::Actions loaded(FingerprintGate& gate) override;
  void joined() override {}
  void planned() override { pool_.planned(slot_); }
  void retire() override {}
  void killed(worker_pool::Death death) override { pool_.killed(slot_, death); }
  void dismiss(wire::Refusal code, const std::string& reason) override;
  void ended(const WorkerEnd& end) override;
  [[nodiscard]] bool may_blame_text() const override { return true; }

  /// Tells the pool what memory the process holds, if there is one.
  void weigh();

 private:
  [[nodiscard]] const worker_pool::Slot& place() const { return pool_.slots()[slot_]; }
  /// Logs that the slot is not used for now, where that is so.
  void log_rest() const;

  runtime::Executor executor_;
  runtime::Clock& clock_;
  WorkerSource& source_;
  worker_pool::Pool& pool_;
  worker_pool::SlotIndex slot_;
  base::WorkerId id_;
  std::unique_ptr<WorkerProcess> process_;  ///< Null: there is none.
  std::unique_ptr<link::MessageStream> stream_;
};

}  // namespace antiphon::fleet
