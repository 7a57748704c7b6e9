#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/time.h"
#include "fleet/remote_ledger.h"
#include "fleet/worker.h"
#include "link/message_stream.h"
#include "runtime/clock.h"
#include "wire/message.h"
#include "worker_pool/link_quality.h"
#include "worker_pool/options.h"

namespace antiphon::fleet {

/// Where a remote worker has come from.
struct RemoteOrigin {
  wire::Join join;  ///< Without the token.
  std::string address;
  std::string token_sha256;  ///< SHA-256 of its token, in hexadecimal digits.
};

struct RemoteWorkerOptions {
  std::string kernel;  ///< The one with which it is to render.
  worker_pool::StallOptions stall{};
};

/// A worker on another machine, from its joining until its link ends. Its process is not seen: its link process watches
/// over it, and the loss of the link is the loss of the worker. Its life is recorded in the ledger.
class RemoteWorker final : public Worker {
 public:
  /// `clock` and `ledger` outlive it.
  RemoteWorker(runtime::Clock& clock, RemoteLedger& ledger, std::unique_ptr<link::MessageStream> stream,
               RemoteOrigin origin, RemoteWorkerOptions options);

  [[nodiscard]] const RemoteOrigin& origin() const { return origin_; }

  [[nodiscard]] bool start(const Identity& identity) override;
  [[nodiscard]] runtime::Awaitable<std::string> run(OnMessage on_message) override;
  void send(const wire::Message& message) override { stream_->send(message); }
  /// The connection is closed, on which the link process kills the worker.
  void kill() override { stream_->close(); }
  [[nodiscard]] bool is_connected() const override { return connected_; }

  [[nodiscard]] worker_pool::SlotState state() const override { return state_; }
  [[nodiscard]] base::Duration cpu() const override { return {}; }
  [[nodiscard]] bool is_alive(std::size_t tasks) override;
  [[nodiscard]] bool beat() override;
  [[nodiscard]] bool shares_device() const override { return false; }
  [[nodiscard]] std::string remote_id() const override { return origin_.join.id; }
  [[nodiscard]] const worker_pool::LinkQuality* link() const override { return &quality_; }
  void describe(WorkerStatus& status) const override;

  [[nodiscard]] LinkNews interpret(const wire::Message& message) override;
  [[nodiscard]] FingerprintGate::Actions tell(FingerprintGate& gate, const std::string& fingerprint,
                                              const FingerprintGate::Situation& situation) override {
    return gate.remote_told(id_, fingerprint, situation);
  }
  /// The link process judges its worker by that.
  void tell_expected(const worker_pool::StallDetector::Work& work, wire::Message& job) const override;
  /// A voice of the same name in that machine's store.
  [[nodiscard]] std::string folder_of(const Voice& voice) const override { return voice.folder.filename().string(); }
  [[nodiscard]] std::string fault_of(const Voice& voice) const override;
  [[nodiscard]] std::string fault_of(const Voice& voice, const wire::VoiceLoaded& loaded) const override;
  [[nodiscard]] bool depends_on(const std::string& /*voice*/, const VoiceTable& /*voices*/) const override {
    return true;
  }

  [[nodiscard]] FingerprintGate::Actions loaded(FingerprintGate& gate) override { return gate.remote_loaded(id_); }
  [[nodiscard]] std::optional<worker_pool::SlotIndex> pool_slot() const override { return std::nullopt; }
  void joined() override;
  void retire() override { state_ = worker_pool::SlotState::kRetiring; }
  void killed(worker_pool::Death death) override;
  void dismiss(wire::Refusal code, const std::string& reason) override;
  void ended(const WorkerEnd& end) override;
  void log_rest() const override {}

 private:
  void on_pong(const wire::Pong& pong);
  void ping();

  runtime::Clock& clock_;
  RemoteLedger& ledger_;
  std::unique_ptr<link::MessageStream> stream_;
  RemoteOrigin origin_;
  RemoteWorkerOptions options_;
  base::WorkerId id_;
  bool connected_ = true;
  worker_pool::SlotState state_ = worker_pool::SlotState::kStarting;
  base::TimePoint joined_at_;
  base::Duration ready_after_{};  ///< From then until it took jobs; zero before.
  worker_pool::LinkQuality quality_;
  std::uint64_t resident_ = 0;
  std::string loss_;  ///< How its process ended, as its link process says; "": it has not said so.

  std::uint64_t bytes_at_beat_ = 0;   ///< Number of bytes received when the last heartbeat was sent.
  int silent_beats_ = 0;              ///< Number of heartbeats since anything was received.
  int beats_since_dismissal_ = 0;     ///< Number of heartbeats since it was sent away.
  std::uint64_t bytes_at_check_ = 0;  ///< Number of bytes received when is_alive() was called last.
  base::TimePoint pinged_at_{};       ///< When is_alive() asked it last whether it is there.
  // What the quality knows already of what the link carried, in both directions.
  link::MessageStream::Bulk received_known_{};
  link::MessageStream::Bulk sent_known_{};
};

/// Returns why a worker that joins with `join` cannot speak with `voice`; "" if it can.
[[nodiscard]] std::string voice_fault(const Voice& voice, const wire::Join& join);

}  // namespace antiphon::fleet
