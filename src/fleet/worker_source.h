#pragma once

#include <sys/types.h>

#include <cstdint>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/time.h"
#include "link/byte_stream.h"
#include "runtime/awaitable.h"
#include "worker_pool/types.h"

namespace antiphon::fleet {

/// A worker process of this machine that was just started. Lives on one event loop.
class WorkerProcess {
 public:
  WorkerProcess() = default;
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;
  virtual ~WorkerProcess() = default;

  /// The connection to the process. Call it once.
  [[nodiscard]] virtual std::unique_ptr<link::ByteStream> take_stream() = 0;
  [[nodiscard]] virtual pid_t pid() const = 0;
  /// Processor time that the process has used so far.
  [[nodiscard]] virtual base::Duration cpu() const = 0;
  /// Whether the process computes, or would if the machine let it: not while it sleeps, waits or is stopped.
  [[nodiscard]] virtual bool is_runnable() const = 0;
  /// Bytes of memory that the process holds; 0: not known.
  [[nodiscard]] virtual std::uint64_t resident() const = 0;
  /// Ends the process at once. Idempotent.
  virtual void kill() = 0;
  /// Returns how the process ended, for the log, once it has. Call it once.
  [[nodiscard]] virtual runtime::Awaitable<std::string> wait() = 0;
};

/// Where a fleet's local worker processes come from.
class WorkerSource {
 public:
  WorkerSource() = default;
  WorkerSource(const WorkerSource&) = delete;
  WorkerSource& operator=(const WorkerSource&) = delete;
  virtual ~WorkerSource() = default;

  /// Starts a process. Error: why there is none, as a sentence's end.
  [[nodiscard]] virtual std::expected<std::unique_ptr<WorkerProcess>, std::string> start() = 0;
  /// The memory of the machine on which the processes run.
  [[nodiscard]] virtual worker_pool::Memory memory() const = 0;
};

/// How worker processes are started.
struct WorkerCommand {
  std::filesystem::path executable = "/proc/self/exe";
  /// What follows the program's name; the socket is descriptor process::kInheritedFd.
  std::vector<std::string> arguments = {"worker", "--socket-fd", "3"};
};

/// Starts real processes.
class ProcessSource final : public WorkerSource {
 public:
  ProcessSource(runtime::Executor executor, WorkerCommand command)
      : executor_(std::move(executor)), command_(std::move(command)) {}

  [[nodiscard]] std::expected<std::unique_ptr<WorkerProcess>, std::string> start() override;
  [[nodiscard]] worker_pool::Memory memory() const override;

 private:
  runtime::Executor executor_;
  WorkerCommand command_;
};

}  // namespace antiphon::fleet
