#pragma once

#include <set>

#include "api/wyoming/session.h"
#include "delivery/speech_handler.h"
#include "runtime/tcp_server.h"

namespace antiphon::api::wyoming {

struct WyomingOptions {
  runtime::TcpServerOptions tcp{.port = 10200};
  WyomingLimits limits{};
  /// Text that does not go on for so long is spoken as far as it is. 0.1 s or more.
  base::Duration silence = std::chrono::seconds(2);
};

/// The Wyoming door, by which Home Assistant asks for speech. On one event loop.
class WyomingServer {
 public:
  /// The references outlive it.
  WyomingServer(const runtime::Executor& executor, runtime::Clock& clock, WyomingOptions options,
                delivery::SpeechHandler& speech, AccessLog& access);

  /// Takes its address, before start(). Error: kCannotListen.
  [[nodiscard]] protocol::Result<void> listen();
  void start() { server_.start(); }
  [[nodiscard]] std::size_t connections() const { return server_.connections(); }
  /// Accepts nobody else, lets what is spoken end until `deadline`, then cuts it off.
  [[nodiscard]] runtime::Awaitable<> drain(base::TimePoint deadline);

 private:
  [[nodiscard]] runtime::Awaitable<> serve(boost::asio::ip::tcp::socket socket);

  runtime::Clock& clock_;
  WyomingOptions options_;
  delivery::SpeechHandler& speech_;
  AccessLog& access_;
  std::set<WyomingSession*> sessions_;
  runtime::TcpServer server_;
};

}  // namespace antiphon::api::wyoming
