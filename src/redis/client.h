#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "link/byte_stream.h"
#include "redis/command.h"
#include "redis/reply_parser.h"
#include "redis/url.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "tls/client_context.h"
#include "worker_pool/backoff.h"

namespace antiphon::redis {

struct ClientOptions {
  Url url;
  base::Duration timeout = std::chrono::seconds(2);  ///< For a connection, and for the answer to each command.
  std::size_t max_commands = 4096;                   ///< That wait for their answers; 1 or more.
  std::size_t max_bytes = std::size_t{8} << 20U;     ///< That wait to be sent; a longer command is refused.
  ReplyLimits limits{};
  worker_pool::Backoff::Options backoff{.first = std::chrono::milliseconds(100),
                                        .cap = std::chrono::seconds(5),
                                        .healthy_after = std::chrono::seconds(10)};
};

/// A connection to one Redis server, made again whenever it is lost, after a pause that grows and differs a little each
/// time. Commands are pipelined. A command is sent once at most: where its answer is lost, so is what became of it. On
/// one event loop.
class Client {
 public:
  /// Called once, from the event loop, and never before send() has returned.
  using Answered = std::move_only_function<void(Result<Reply>)>;

  /// `tls` may be null unless the address asks for TLS; it and `clock` outlive the client.
  Client(runtime::Executor executor, runtime::Clock& clock, tls::ClientContext* tls, ClientOptions options);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() = default;

  /// Connects, and connects again, until the calling task is cancelled. Call it once.
  [[nodiscard]] runtime::Awaitable<> run();

  /// Errors of the answer: kUnavailable, kProtocol and kRefused. When send() returns an error, `answered` is never
  /// called: kUnavailable where there is no connection, kFull.
  [[nodiscard]] Result<void> send(const Command& command, Answered answered);
  /// Sends and waits for the answer. Errors: all but kUrl.
  [[nodiscard]] runtime::Awaitable<Result<Reply>> ask(Command command);

  /// The same of several at once: answers in the order of `commands`, or the first error.
  [[nodiscard]] runtime::Awaitable<Result<std::vector<Reply>>> ask_all(std::vector<Command> commands);

  /// Gives up the connection, and makes another one.
  void reconnect(std::string reason);

  /// Calls back whenever the connection is made (an empty reason) or cannot be made or is lost.
  void on_change(std::function<void(const std::string& reason)> changed) { changed_ = std::move(changed); }

  [[nodiscard]] bool connected() const { return ready_; }
  [[nodiscard]] std::size_t waiting() const { return pending_.size(); }
  [[nodiscard]] std::uint64_t commands() const { return commands_; }        ///< Sent since it began.
  [[nodiscard]] std::uint64_t connections() const { return connections_; }  ///< Made since it began.
  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  struct Pending {
    Answered answered;
    base::TimePoint deadline;
  };
  using Connection = std::unique_ptr<link::ByteStream>;

  /// Returns when the connection is lost, or was never made.
  [[nodiscard]] runtime::Awaitable<> stay();
  [[nodiscard]] runtime::Awaitable<> connect();
  [[nodiscard]] runtime::Awaitable<Result<Endpoint>> find_master();
  /// One exchange on a connection that carries nothing else. Error replies are errors.
  [[nodiscard]] runtime::Awaitable<Result<Reply>> exchange(link::ByteStream& connection, Command command);
  [[nodiscard]] runtime::Awaitable<Result<void>> introduce(link::ByteStream& connection);
  [[nodiscard]] runtime::Awaitable<Result<Connection>> open(Endpoint endpoint, Url::Kind kind);
  [[nodiscard]] runtime::Awaitable<> read();
  [[nodiscard]] runtime::Awaitable<> write();
  /// Gives the connection up when the oldest command has waited for too long.
  [[nodiscard]] runtime::Awaitable<> watch();
  void deliver(Reply reply);
  void fail_pending();
  [[nodiscard]] base::Duration jittered(base::Duration pause);

  runtime::Executor executor_;
  runtime::Clock& clock_;
  tls::ClientContext* tls_;
  ClientOptions options_;
  worker_pool::Backoff backoff_;
  std::minstd_rand random_;
  std::function<void(const std::string&)> changed_;
  Connection connection_;
  bool ready_ = false;
  std::string reason_;  ///< Why the connection is lost.
  std::string outgoing_;
  std::deque<Pending> pending_;  ///< In the order in which they were sent.
  std::uint64_t connections_ = 0;
  std::uint64_t commands_ = 0;
  std::uint64_t sent_bytes_ = 0;
  runtime::Event lost_;
  runtime::Notifier to_send_;
};

}  // namespace antiphon::redis
