#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "engine/api/engine.h"
#include "fleet/worker_source.h"
#include "link/message_stream.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/task_group.h"
#include "wire/message.h"

namespace antiphon::fleet::testing {

/// What a fake worker does wrong, once.
enum class Fault : std::uint8_t {
  kNone,
  kNeverReady,  ///< Its process ends before it is ready.
  kDie,         ///< Its process ends.
  kHang,        ///< It computes and says nothing any more, and its process does not run.
  kSlow,        ///< It takes twenty times as long from then on, and computes all the time.
  kPause,       ///< It computes nothing for three seconds.
  kTwice,       ///< It sends a message twice.
  kWrongGrain,  ///< A grain is one sample shorter than planned.
  kStray,       ///< It says that a job has ended that it does not have.
  kGarbage,     ///< It sends bytes that are no message.
  kRefuse,      ///< It answers a job with Failed.
};

/// How a fake worker behaves. Its times pass on the clock of the test.
struct FakeBehaviour {
  base::Duration start = std::chrono::milliseconds(50);  ///< From its start until it is ready.
  base::Duration load = std::chrono::milliseconds(20);   ///< For each voice.
  base::Duration plan = std::chrono::milliseconds(5);    ///< For each plan.
  double rtf = 0.1;                                      ///< Time of rendering for each second of audio.
  std::string fingerprint = "fake";
  std::uint32_t places = 1;
  std::uint32_t voices = 8;
  Fault fault = Fault::kNone;
  std::uint64_t fault_at = 0;  ///< Number of messages about jobs that it sends before the fault.
};

class FakeWorkers;

/// The voices of fake workers, by the tone engine. They are loaded once, since no call's result depends on another
/// call.
class FakeVoices {
 public:
  /// `root`: the store of remote workers, which are told the names of folders alone.
  explicit FakeVoices(std::filesystem::path root = {});
  /// The voice in that folder. Errors: those of engine::Engine::load().
  [[nodiscard]] engine::Result<engine::Voice*> load(const std::filesystem::path& folder);

 private:
  std::filesystem::path root_;
  std::unique_ptr<engine::Engine> engine_;
  std::map<std::filesystem::path, std::unique_ptr<engine::Voice>> voices_;
};

/// A worker process that is none: it runs on the event loop and the clock of a test, and speaks the protocol of a real
/// one over a connection in memory. A text that has "take the worker" in it ends it, and so does a voice's second
/// speaker; one that has "halt the worker" in it stops it. gateway/test_worker.cc has the same.
/// Its connection can also be given to Fleet::serve(), as one of a remote worker: it answers heartbeats.
class FakeWorker final : public WorkerProcess {
 public:
  FakeWorker(const runtime::Executor& executor, runtime::Clock& clock, FakeWorkers& owner, pid_t pid,
             FakeBehaviour behaviour);
  FakeWorker(const FakeWorker&) = delete;
  FakeWorker& operator=(const FakeWorker&) = delete;
  ~FakeWorker() override;

  [[nodiscard]] std::unique_ptr<link::ByteStream> take_stream() override { return std::move(near_end_); }
  [[nodiscard]] pid_t pid() const override { return pid_; }
  [[nodiscard]] base::Duration cpu() const override;
  [[nodiscard]] bool is_runnable() const override { return running_ > 0 && !halted_ && !ended_; }
  [[nodiscard]] std::uint64_t resident() const override { return std::uint64_t{100} << 20U; }
  void kill() override { end("signal 9"); }
  [[nodiscard]] runtime::Awaitable<std::string> wait() override;

  // The test's side.

  /// The process ends by itself, when the event loop runs next.
  void die();
  /// The process computes nothing any more, as after SIGSTOP.
  void halt();
  [[nodiscard]] bool halted() const { return halted_; }
  [[nodiscard]] const FakeBehaviour& behaviour() const { return behaviour_; }

 private:
  using Job = std::variant<wire::LoadVoice, wire::UnloadVoice, wire::PlanJob, wire::RenderJob>;

  [[nodiscard]] runtime::Awaitable<> listen();
  [[nodiscard]] runtime::Awaitable<> write();
  [[nodiscard]] runtime::Awaitable<> write_garbage();
  void take(wire::Message message);
  /// Begins the jobs that may begin now.
  void begin_jobs();
  [[nodiscard]] bool may_begin(const Job& job) const;
  [[nodiscard]] runtime::Awaitable<> carry_out(Job job);
  [[nodiscard]] runtime::Awaitable<> carry_out(const wire::LoadVoice& load);
  [[nodiscard]] runtime::Awaitable<> carry_out(const wire::PlanJob& job);
  [[nodiscard]] runtime::Awaitable<> carry_out(const wire::RenderJob& job);
  /// Passes the time that a job takes. Returns false if the process has ended meanwhile.
  [[nodiscard]] runtime::Awaitable<bool> compute(base::Duration time);
  /// Sends what a job yields, or makes the fault that is due.
  void answer(wire::Message message);
  void commit(Fault fault, wire::Message& message);
  void fail(std::uint64_t job, engine::Errc code, std::string message);
  void exit() { end("exit code 3"); }
  void end(std::string how);
  void change_running(int by);

  runtime::Clock& clock_;
  FakeWorkers& owner_;
  pid_t pid_;
  FakeBehaviour behaviour_;
  std::unique_ptr<link::ByteStream> near_end_;
  link::ByteStream* far_end_;  ///< The stream's.
  std::unique_ptr<link::MessageStream> stream_;
  std::map<std::string, std::filesystem::path> folders_;  ///< Folders of the voices that it has loaded.
  std::uint32_t epoch_ = 0;
  std::deque<Job> jobs_;  ///< Those that have not begun.
  std::set<std::uint64_t> cancelled_;
  std::uint64_t answers_ = 0;  ///< Number of messages about jobs that it has sent.
  int running_ = 0;            ///< Number of jobs that have begun.
  bool exclusive_ = false;     ///< What runs shares the worker with nothing.
  base::Duration computed_{};
  base::TimePoint computing_since_{};
  base::TimePoint paused_until_{};
  bool halted_ = false;
  std::optional<std::string> ended_;  ///< How.
  runtime::Event end_;
  runtime::TaskGroup tasks_;
};

/// Starts fake workers.
class FakeWorkers final : public WorkerSource {
 public:
  /// `clock` and `voices` outlive it.
  FakeWorkers(const runtime::Executor& executor, runtime::Clock& clock, FakeVoices& voices)
      : executor_(executor), clock_(clock), voices_(voices), released_(executor) {}

  [[nodiscard]] std::expected<std::unique_ptr<WorkerProcess>, std::string> start() override;
  [[nodiscard]] worker_pool::Memory memory() const override {
    return {.total = std::uint64_t{64} << 30U, .used = std::uint64_t{1} << 30U};
  }

  /// How those behave that are started from now on.
  FakeBehaviour behaviour;
  /// Where it is set: decides how each of them behaves; nullopt: it cannot be started.
  std::function<std::optional<FakeBehaviour>()> choose;

  /// The processes that have not ended.
  [[nodiscard]] const std::vector<FakeWorker*>& alive() const { return alive_; }
  /// Returns null if no process has that number.
  [[nodiscard]] FakeWorker* find(pid_t pid) const;
  void kill_all();
  /// Those that are started until release() do not become ready before it.
  void hold() { held_ = true; }
  void release();
  [[nodiscard]] std::uint64_t started() const { return static_cast<std::uint64_t>(next_pid_ - kFirstPid); }

 private:
  friend class FakeWorker;
  static constexpr pid_t kFirstPid = 1'000'000;

  runtime::Executor executor_;
  runtime::Clock& clock_;
  std::vector<FakeWorker*> alive_;
  pid_t next_pid_ = kFirstPid;
  FakeVoices& voices_;
  bool held_ = false;
  runtime::Notifier released_;
};

}  // namespace antiphon::fleet::testing
