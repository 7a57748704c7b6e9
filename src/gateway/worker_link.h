#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "process/child.h"
#include "wire/message.h"

namespace antiphon::gateway {

/// How worker processes are started.
struct WorkerCommand {
  std::filesystem::path executable = "/proc/self/exe";
  /// What follows the program's name; the socket is descriptor process::kInheritedFd.
  std::vector<std::string> arguments = {"worker", "--socket-fd", "3"};
};

/// One worker process and the socket to it. Lives on the event loop; whoever starts it joins run().
class WorkerLink {
 public:
  /// Called for every well-formed message, in order.
  using OnMessage = std::move_only_function<void(wire::Message)>;

  /// Starts the process and queues Hello. Errors: those of process::Child::spawn.
  [[nodiscard]] static process::Result<std::unique_ptr<WorkerLink>> start(const boost::asio::any_io_executor& executor,
                                                                          const WorkerCommand& command,
                                                                          const wire::Hello& hello);

  /// Reads and writes until the process or the socket ends, then makes sure the process is gone and reaped. Returns
  /// why it ended. Call it once; end it early with kill().
  [[nodiscard]] boost::asio::awaitable<std::string> run(OnMessage on_message);

  /// Queues a message. What the worker does not read within kBacklogBytes counts as its end.
  void send(const wire::Message& message);
  void kill() { child_.kill(); }
  [[nodiscard]] pid_t pid() const { return child_.pid(); }

  /// A job is at most one frame, and a worker holds one job and its successor.
  static constexpr std::size_t kBacklogBytes = 4 * wire::Limits::kFrameBytes;

 private:
  WorkerLink(const boost::asio::any_io_executor& executor, process::Child child, process::Fd socket);

  [[nodiscard]] boost::asio::awaitable<std::string> read(OnMessage& on_message);
  [[nodiscard]] boost::asio::awaitable<std::string> write();

  process::Child child_;
  boost::asio::local::stream_protocol::socket socket_;
  boost::asio::steady_timer news_;  ///< Never expires; cancelled when there is something to write.
  std::vector<std::byte> outgoing_;
  std::string failure_;
};

}  // namespace antiphon::gateway
