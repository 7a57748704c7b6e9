#include "remote/member.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>

#include "link/secure_stream.h"
#include "runtime/log.h"
#include "runtime/task_group.h"

namespace antiphon::remote {
namespace {

using boost::asio::ip::tcp;
constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace

Member::Member(runtime::Executor executor, runtime::Clock& clock, tls::ClientContext* tls, StallMonitor& workers,
               MemberOptions options)
    : executor_(executor),
      clock_(clock),
      tls_(tls),
      workers_(workers),
      options_(std::move(options)),
      backoff_(options_.backoff),
      incarnation_(options_.incarnation),
      leaving_(executor) {}

runtime::Awaitable<bool> Member::run() {
  while (!leaving_.is_set() && !co_await runtime::is_cancelled()) {
    backoff_.started(clock_.now());
    const auto end = co_await stay();
    if (end.incarnation) {
      incarnation_ = *end.incarnation;
      welcomed_ = true;
    }
    const bool superseded = welcomed_ && end.refusal == wire::Refusal::kSuperseded;
    const auto pause = backoff_.ended(clock_.now());
    if (leaving_.is_set()) break;
    runtime::log_warn(end.refusal ? "refused" : "link_lost",
                      {{"id", options_.id}, {"reason", end.reason}, {"pause_s", base::to_seconds(pause)}});
    if (superseded) co_return true;
    const auto wait = [](runtime::Event& event) -> runtime::Awaitable<> { static_cast<void>(co_await event.wait()); };
    co_await runtime::run_until(clock_, clock_.now() + pause, wait(leaving_));
  }
  runtime::log_info("left", {{"id", options_.id}});
  co_return false;
}

void Member::leave() {
  leaving_.set();
  if (session_ != nullptr) session_->leave();
}

runtime::Awaitable<SessionEnd> Member::stay() {
  std::unique_ptr<link::ByteStream> connection;
  std::string failure = "the gateway cannot be reached in time";
  std::optional<wire::Join> join;
  try {
    join = introduction();
  } catch (const std::exception& fault) {
    co_return SessionEnd{.reason = fault.what()};
  }
  co_await runtime::run_until(clock_, clock_.now() + kConnect, connect(connection, failure));
  if (!connection) co_return SessionEnd{.reason = failure};
  if (leaving_.is_set()) co_return SessionEnd{.reason = "it has left"};
  auto stream = std::make_unique<link::MessageStream>(executor_, clock_, std::move(connection));
  stream->send(*join);
  Session session(executor_, clock_, workers_, std::move(stream), options_.program);
  session_ = &session;
  runtime::log_info("joining", {{"id", options_.id}, {"gateway", options_.gateway.host}});
  auto end = co_await session.run();
  session_ = nullptr;
  co_return end;
}

runtime::Awaitable<> Member::connect(std::unique_ptr<link::ByteStream>& connection, std::string& failure) {
  tcp::resolver resolver(executor_);
  const auto [unresolved, endpoints] =
      co_await resolver.async_resolve(options_.gateway.host, std::to_string(options_.gateway.port), kAwait);
  if (unresolved) {
    failure = options_.gateway.host + ": " + unresolved.message();
    co_return;
  }
  tcp::socket socket(executor_);
  const auto [unconnected, peer] = co_await boost::asio::async_connect(socket, endpoints, kAwait);
  if (unconnected) {
    failure = options_.gateway.host + ": " + unconnected.message();
    co_return;
  }
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (!options_.gateway.encrypted) {
    if (peer.address().is_loopback()) {
      connection = link::make_byte_stream(std::move(socket));
    } else {
      failure = options_.gateway.host + " is another machine, and the connection is not encrypted";
    }
    co_return;
  }
  auto secured = co_await link::secure(std::move(socket), *tls_, options_.gateway.host);
  if (secured) {
    connection = std::move(*secured);
  } else {
    failure = std::move(secured.error());
  }
}

wire::Join Member::introduction() const {
  wire::Join join{.token = options_.token, .id = options_.id, .incarnation = incarnation_, .returning = welcomed_};
  for (auto& voice : options_.store()) {
    join.voices.push_back(std::move(voice.id));
    join.identities.push_back(std::move(voice.identity));
  }
  return join;
}

}  // namespace antiphon::remote
