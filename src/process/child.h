#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "process/error.h"
#include "process/fd.h"
#include "process/socket.h"

namespace antiphon::process {

/// The number under which a child finds SpawnOptions::inherited.
inline constexpr int kInheritedFd = 3;

enum class Output : std::uint8_t { kInherit, kDiscard };

struct SpawnOptions {
  std::filesystem::path executable;         ///< Not searched for in PATH; /proc/self/exe = this program again.
  std::vector<std::string> arguments = {};  ///< Without argv[0], which is `executable`.
  int inherited = -1;  ///< Becomes descriptor kInheritedFd of the child; -1 = none. Not closed here.
  Output standard_output = Output::kDiscard;
  Output standard_error = Output::kInherit;
};

/// How a process ended.
struct ExitStatus {
  bool signalled = false;
  int value = 0;  ///< Exit code, or the signal's number.
  [[nodiscard]] bool success() const { return !signalled && value == 0; }
  friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
};

/// "exit code 1" or "signal 9", for logs.
[[nodiscard]] std::string describe(const ExitStatus& status);

/// A child process that cannot outlive its parent nor become a zombie. It inherits standard input as /dev/null, the
/// outputs as said and one descriptor, nothing else; it leads a process group of its own, so that Ctrl-C in a
/// terminal reaches only the parent; SIGKILL reaches it when the *thread* that spawned it ends. Used by one thread at
/// a time, the executor's.
class Child {
 public:
  /// Errors: all of Errc. When it returns a child, the program is running (execve has succeeded).
  [[nodiscard]] static Result<Child> spawn(const boost::asio::any_io_executor& executor, const SpawnOptions& options);

  Child(Child&&) = default;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  /// Kills a process that still runs and waits for its end, which blocks for the moment that takes.
  ~Child();

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Completes when the process has ended and was reaped; at once when that is past. May be cancelled, which leaves the
  /// process alone, and called again; not twice at once. The Child must stay where it is meanwhile.
  [[nodiscard]] boost::asio::awaitable<ExitStatus> wait();

  /// The status if the process has ended, without waiting.
  [[nodiscard]] std::optional<ExitStatus> poll();

  /// SIGTERM and SIGKILL; nothing happens once the process was reaped, so a recycled pid is never hit.
  void terminate() { signal(15); }
  void kill() { signal(9); }

 private:
  Child(const boost::asio::any_io_executor& executor, pid_t pid, Fd pidfd);
  void signal(int number);
  void finish();

  pid_t pid_ = -1;
  boost::asio::posix::stream_descriptor pidfd_;
  std::optional<ExitStatus> status_;
};

}  // namespace antiphon::process
