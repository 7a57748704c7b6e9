#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "link/message_stream.h"
#include "process/child.h"
#include "remote/stall_monitor.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/task_group.h"
#include "wire/message.h"

namespace antiphon::remote {

/// The worker process behind a link.
struct WorkerProgram {
  std::filesystem::path executable = "/proc/self/exe";
  /// What follows the program's name; the socket is descriptor process::kInheritedFd. The kernel is added.
  std::vector<std::string> arguments = {"worker", "--socket-fd", "3"};
  std::filesystem::path voices;  ///< The store of this machine.
};

/// How a session ended.
struct SessionEnd {
  std::string reason;                      ///< For people.
  std::optional<wire::Refusal> refusal{};  ///< The gateway said so.
  /// Under which the gateway had welcomed it; nothing: it had not.
  std::optional<std::uint64_t> incarnation{};
};

/// One stay of a worker at its gateway: starts a worker process of its own and carries the messages between both, until
/// one of them is gone. What the gateway may not send, or sends for too long not, ends it as well; so does a worker
/// that has stalled. Lives on one event loop.
class Session {
 public:
  /// `gateway`: connected; Join was sent. `clock` and `workers`, which judges its worker, outlive it.
  Session(runtime::Executor executor, runtime::Clock& clock, StallMonitor& workers,
          std::unique_ptr<link::MessageStream> gateway, WorkerProgram program);

  /// Waits for the gateway's welcome and serves it. When it returns the process is reaped. Call it once.
  [[nodiscard]] runtime::Awaitable<SessionEnd> run();
  /// Asks the gateway for no more jobs; run() returns when those that there are are done.
  void leave();
  /// run() returns soon.
  void stop() { end("stopped"); }

 private:
  /// Nothing: the session has ended.
  [[nodiscard]] std::optional<std::string> kernel_of(const wire::Message& answer);
  [[nodiscard]] bool start_worker(const std::string& kernel);

  [[nodiscard]] runtime::Awaitable<> carry_jobs();
  [[nodiscard]] runtime::Awaitable<> carry_answers();
  [[nodiscard]] runtime::Awaitable<> write_to_gateway();
  [[nodiscard]] runtime::Awaitable<> write_to_worker();
  /// Waits until the gateway has heard that the worker is lost, and closes.
  [[nodiscard]] runtime::Awaitable<> part();
  /// Ends the session when nothing comes from the gateway.
  [[nodiscard]] runtime::Awaitable<> watch();

  /// What the worker is to hear of it; nothing: it is not for the worker, or has ended the session.
  [[nodiscard]] std::optional<wire::Message> for_worker(wire::Message message);
  void answer(const wire::Ping& ping);
  void refuse(const wire::Refused& refused);
  /// Ends the session, and tells the gateway why.
  void lose(wire::Loss loss, std::string reason);
  /// Only the first reason counts.
  void end(std::string reason);

  runtime::Executor executor_;
  runtime::Clock& clock_;
  StallMonitor& workers_;
  std::unique_ptr<link::MessageStream> gateway_;
  WorkerProgram program_;
  std::optional<process::Child> child_;
  std::optional<MonitoredWorker> watched_;  ///< The child.
  std::unique_ptr<link::MessageStream> worker_;
  SessionEnd end_;
  bool ended_ = false;
  bool lost_ = false;  ///< The gateway is being told so.
  bool leaving_ = false;
  runtime::Event over_;
  runtime::Event parted_;  ///< Nothing more comes from the gateway.
  runtime::TaskGroup tasks_;
};

}  // namespace antiphon::remote
