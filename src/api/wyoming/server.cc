#include "api/wyoming/server.h"

#include <utility>

#include "runtime/log.h"

namespace antiphon::api::wyoming {

WyomingServer::WyomingServer(const runtime::Executor& executor, runtime::Clock& clock, WyomingOptions options,
                             delivery::SpeechHandler& speech, AccessLog& access)
    : clock_(clock),
      options_(std::move(options)),
      speech_(speech),
      access_(access),
      server_(executor, clock, options_.tcp,
              [this](boost::asio::ip::tcp::socket socket) { return serve(std::move(socket)); }) {}

protocol::Result<void> WyomingServer::listen() {
  auto port = server_.listen();
  if (!port) return std::unexpected(protocol::Error{.code = protocol::Errc::kCannotListen, .message = port.error()});
  runtime::log_info("wyoming_listening", {{"address", options_.tcp.address}, {"port", *port}});
  return {};
}

runtime::Awaitable<> WyomingServer::serve(boost::asio::ip::tcp::socket socket) {
  WyomingSession session(std::move(socket), clock_, options_.limits, speech_, access_, options_.silence);
  sessions_.insert(&session);
  if (!server_.accepting()) session.end_when_idle();
  co_await session.run();
  sessions_.erase(&session);
}

runtime::Awaitable<> WyomingServer::drain(base::TimePoint deadline) {
  server_.stop_accepting();
  for (auto* const session : sessions_) session->end_when_idle();
  co_await server_.drain(deadline);
}

}  // namespace antiphon::api::wyoming
