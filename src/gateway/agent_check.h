#pragma once

#include <functional>
#include <string>

#include "coordinator/cell_room.h"
#include "protocol/error.h"
#include "runtime/clock.h"
#include "runtime/tcp_server.h"

namespace antiphon::gateway {

using coordinator::CellRoom;
using coordinator::spare_of;

/// The line that tells HAProxy's agent check (configuration manual 2.6, 5.2, "agent-check") what room there is:
/// "ready up 73%", "ready down#no worker is ready" or "drain". The percentage is that of the weight of a server, 1 to
/// 100, since with 0 it would count as drained.
[[nodiscard]] std::string agent_line(const CellRoom& room);

/// Answers HAProxy's agent checks: each connection is sent one line, and closed. What a peer sends is not read as
/// anything. On one event loop.
class AgentCheck {
 public:
  /// `room` is asked for each connection. `clock` outlives it.
  AgentCheck(const runtime::Executor& executor, runtime::Clock& clock, runtime::TcpServerOptions options,
             std::function<CellRoom()> room);

  /// Takes its address, before start(). Error: kCannotListen.
  [[nodiscard]] protocol::Result<void> listen();
  void start() { server_.start(); }
  /// Accepts no more connections and ends those that are open.
  [[nodiscard]] runtime::Awaitable<> stop() { co_await server_.drain(clock_.now()); }

 private:
  [[nodiscard]] runtime::Awaitable<> serve(runtime::TcpServer::Socket socket);

  runtime::Clock& clock_;
  std::function<CellRoom()> room_;
  runtime::TcpServer server_;
};

}  // namespace antiphon::gateway
