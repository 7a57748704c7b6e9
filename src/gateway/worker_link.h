#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "link/message_stream.h"
#include "process/child.h"
#include "runtime/clock.h"
#include "wire/message.h"

namespace antiphon::gateway {

/// How worker processes are started.
struct WorkerCommand {
  std::filesystem::path executable = "/proc/self/exe";
  /// What follows the program's name; the socket is descriptor process::kInheritedFd.
  std::vector<std::string> arguments = {"worker", "--socket-fd", "3"};
};

/// One worker and the connection to it: a process of this machine, or one that joined from elsewhere. Lives on the
/// event loop; whoever starts it joins run().
class WorkerLink {
 public:
  /// Called for every well-formed message, in order.
  using OnMessage = std::move_only_function<void(wire::Message)>;

  /// Starts the process and queues Hello. Errors: those of process::Child::spawn. `clock` outlives it.
  [[nodiscard]] static process::Result<std::unique_ptr<WorkerLink>> start(const boost::asio::any_io_executor& executor,
                                                                          runtime::Clock& clock,
                                                                          const WorkerCommand& command,
                                                                          const wire::Hello& hello);
  /// Over a connection that was let in.
  explicit WorkerLink(std::unique_ptr<link::MessageStream> stream) : stream_(std::move(stream)) {}

  /// Reads and writes until the process or the connection ends, then makes sure that both are gone. Returns why it
  /// ended. Call it once; end it early with kill().
  [[nodiscard]] boost::asio::awaitable<std::string> run(OnMessage on_message);

  /// Queues a message. What the worker does not read within link::MessageStream::kBacklogBytes counts as its end.
  void send(const wire::Message& message) { stream_->send(message); }
  /// Of a worker elsewhere the connection is closed, on which its link process kills it.
  void kill();
  /// Ends it when what was sent is written. For workers elsewhere.
  void finish() { stream_->finish(); }
  /// 0: it is on another machine.
  [[nodiscard]] pid_t pid() const { return child_ ? child_->pid() : 0; }
  [[nodiscard]] const link::MessageStream& stream() const { return *stream_; }

 private:
  [[nodiscard]] boost::asio::awaitable<std::string> read(OnMessage& on_message);

  std::optional<process::Child> child_;
  std::unique_ptr<link::MessageStream> stream_;
};

}  // namespace antiphon::gateway
