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

/// The workers that follow each other in one slot of the pool, each a process of this machine.
class LocalWorker final : public Worker {
 public:
  /// The references outlive it. `slot`: of the pool.
  LocalWorker(runtime::Executor executor, runtime::Clock& clock, WorkerSource& source, const worker_pool::Pool& pool,
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
  void tell_expected(const worker_pool::StallDetector::Work& /*work*/, wire::Message& /*job*/) const override {}
  [[nodiscard]] std::string folder_of(const Voice& voice) const override { return voice.folder.string(); }
  [[nodiscard]] std::string fault_of(const Voice& /*voice*/) const override { return {}; }
  [[nodiscard]] std::string fault_of(const Voice& /*voice*/, const wire::VoiceLoaded& /*loaded*/) const override {
    return {};
  }
  [[nodiscard]] bool depends_on(const std::string& voice, const VoiceTable& voices) const override;

  /// The gate holds no local worker back.
  [[nodiscard]] FingerprintGate::Actions loaded(FingerprintGate& gate) override;
  [[nodiscard]] std::optional<worker_pool::SlotIndex> pool_slot() const override { return slot_; }
  void joined() override {}
  void retire() override {}
  void killed(worker_pool::Death /*death*/) override {}
  void dismiss(wire::Refusal /*code*/, const std::string& /*reason*/) override {}
  void ended(const WorkerEnd& end) override;
  void log_rest() const override;

  /// Returns how much memory the process holds, in bytes; 0 if there is none.
  [[nodiscard]] std::uint64_t resident() const { return process_ ? process_->resident() : 0; }

 private:
  [[nodiscard]] const worker_pool::Slot& place() const { return pool_.slots()[slot_]; }

  runtime::Executor executor_;
  runtime::Clock& clock_;
  WorkerSource& source_;
  const worker_pool::Pool& pool_;
  worker_pool::SlotIndex slot_;
  base::WorkerId id_;
  base::TimePoint started_at_;
  std::unique_ptr<WorkerProcess> process_;  ///< Null: there is none.
  std::unique_ptr<link::MessageStream> stream_;
};

}  // namespace antiphon::fleet
