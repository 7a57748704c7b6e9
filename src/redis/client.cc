#include "redis/client.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <charconv>
#include <optional>
#include <utility>

#include "link/secure_stream.h"
#include "runtime/task_group.h"

namespace antiphon::redis {
namespace {

using boost::asio::ip::tcp;
constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr std::size_t kMostMessageBytes = 512;

std::unexpected<Error> unavailable(std::string message) {
  return std::unexpected(Error{.code = Errc::kUnavailable, .message = std::move(message)});
}

std::unexpected<Error> refused(const Reply& reply) {
  return std::unexpected(Error{.code = Errc::kRefused, .message = reply.text.substr(0, kMostMessageBytes)});
}

std::string_view text_of(const std::array<char, 4096>& buffer, std::size_t size) { return {buffer.data(), size}; }

}  // namespace

Client::Client(runtime::Executor executor, runtime::Clock& clock, tls::ClientContext* tls, ClientOptions options)
    : executor_(executor),
      clock_(clock),
      tls_(tls),
      options_(std::move(options)),
      backoff_(options_.backoff),
      random_(std::random_device{}()),
      lost_(executor),
      to_send_(executor) {}

runtime::Awaitable<> Client::run() {
  while (!co_await runtime::is_cancelled()) {
    backoff_.started(clock_.now());
    co_await stay();
    if (co_await runtime::is_cancelled()) break;
    if (changed_) changed_(reason_);
    if (!co_await runtime::sleep_for(clock_, jittered(backoff_.ended(clock_.now())))) break;
  }
}

base::Duration Client::jittered(base::Duration pause) {
  return pause + pause * std::uniform_int_distribution<>(0, 256)(random_) / 1024;
}

runtime::Awaitable<> Client::stay() {
  reason_ = "it does not answer in time";
  lost_.reset();
  co_await runtime::run_until(clock_, clock_.now() + options_.timeout, connect());
  if (!connection_) co_return;
  ready_ = true;
  ++connections_;
  if (changed_) changed_("");
  runtime::TaskGroup tasks(executor_);
  tasks.spawn(read());
  tasks.spawn(write());
  tasks.spawn(watch());
  static_cast<void>(co_await lost_.wait());
  ready_ = false;
  connection_->close();
  tasks.cancel();
  co_await tasks.join();
  connection_.reset();
  outgoing_.clear();
  fail_pending();
}

runtime::Awaitable<> Client::connect() {
  auto endpoint = options_.url.endpoints.front();
  auto kind = options_.url.kind;
  if (kind == Url::Kind::kSentinel) {
    const auto master = co_await find_master();
    if (!master) {
      reason_ = master.error().message;
      co_return;
    }
    endpoint = *master;
    kind = Url::Kind::kTcp;
  }
  auto opened = co_await open(std::move(endpoint), kind);
  if (!opened) {
    reason_ = opened.error().message;
    co_return;
  }
  const auto known = co_await introduce(**opened);
  if (known) {
    connection_ = std::move(*opened);
  } else {
    reason_ = known.error().message;
  }
}

runtime::Awaitable<Result<Endpoint>> Client::find_master() {
  std::string reason = "no sentinel can be reached";
  for (const auto& sentinel : options_.url.endpoints) {
    if (co_await runtime::is_cancelled()) break;
    auto connection = co_await open(sentinel, Url::Kind::kTcp);
    if (!connection) continue;
    const auto reply =
        co_await exchange(**connection, Command{"SENTINEL", "get-master-addr-by-name", options_.url.master});
    reason = reply ? "the sentinels do not know the master" : reply.error().message;
    if (!reply || reply->kind != Reply::Kind::kArray || reply->elements.size() != 2) continue;
    const auto& port = reply->elements[1].text;
    Endpoint master{.host = reply->elements[0].text, .port = 0};
    std::from_chars(port.data(), port.data() + port.size(), master.port);
    if (master.port != 0 && !master.host.empty() && master.host.size() <= 253) co_return master;
  }
  co_return unavailable(std::move(reason));
}

runtime::Awaitable<Result<void>> Client::introduce(link::ByteStream& connection) {
  const auto& url = options_.url;
  if (!url.password.empty()) {
    auto command = url.user.empty() ? Command{"AUTH", url.password} : Command{"AUTH", url.user, url.password};
    const auto known = co_await exchange(connection, std::move(command));
    if (!known) co_return std::unexpected(known.error());
  }
  if (url.database != 0) {
    const auto chosen = co_await exchange(connection, Command{"SELECT", std::to_string(url.database)});
    if (!chosen) co_return std::unexpected(chosen.error());
  }
  if (url.kind == Url::Kind::kSentinel) {
    const auto role = co_await exchange(connection, Command{"ROLE"});
    if (!role) co_return std::unexpected(role.error());
    if (role->elements.empty() || role->elements[0].text != "master") co_return unavailable("it is no master any more");
  }
  const auto alive = co_await exchange(connection, Command{"PING"});
  if (!alive) co_return std::unexpected(alive.error());
  co_return Result<void>();
}

runtime::Awaitable<Result<Reply>> Client::exchange(link::ByteStream& connection, Command command) {
  const auto bytes = encode(command);
  if (co_await runtime::is_cancelled()) co_return unavailable("it does not answer in time");
  if (const auto error = co_await connection.write(std::as_bytes(std::span(bytes)))) {
    co_return unavailable(error.message());
  }
  ReplyParser parser({.bytes = 65'536, .nodes = 1024});
  std::array<char, 4096> buffer{};
  while (!co_await runtime::is_cancelled()) {
    const auto size = co_await connection.read_some(std::as_writable_bytes(std::span(buffer)));
    if (!size) co_return unavailable(size.error().message());
    if (auto fed = parser.feed(text_of(buffer, *size)); !fed) co_return std::unexpected(fed.error());
    auto reply = parser.next();
    if (!reply) co_return std::unexpected(reply.error());
    if (!*reply) continue;
    if ((*reply)->kind == Reply::Kind::kError) co_return refused(**reply);
    co_return std::move(**reply);
  }
  co_return unavailable("it does not answer in time");
}

runtime::Awaitable<Result<Client::Connection>> Client::open(Endpoint endpoint, Url::Kind kind) {
  if (kind == Url::Kind::kUnix) {
    boost::asio::local::stream_protocol::socket local(executor_);
    const auto [failed] = co_await local.async_connect(endpoint.host, kAwait);
    if (failed) co_return unavailable(failed.message());
    co_return link::make_byte_stream(std::move(local));
  }
  tcp::resolver resolver(executor_);
  const auto [unresolved, found] =
      co_await resolver.async_resolve(endpoint.host, std::to_string(endpoint.port), kAwait);
  if (unresolved) co_return unavailable(unresolved.message());
  if (co_await runtime::is_cancelled()) co_return unavailable("it does not answer in time");
  tcp::socket socket(executor_);
  const auto [unconnected, peer] = co_await boost::asio::async_connect(socket, found, kAwait);
  if (unconnected) co_return unavailable(unconnected.message());
  if (co_await runtime::is_cancelled()) co_return unavailable("it does not answer in time");
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  if (kind != Url::Kind::kTls) co_return link::make_byte_stream(std::move(socket));
  if (tls_ == nullptr) co_return unavailable("there are no authorities that could vouch for the server");
  auto secured = co_await link::secure(std::move(socket), *tls_, endpoint.host);
  if (!secured) co_return unavailable(std::move(secured.error()));
  co_return std::move(*secured);
}

Result<void> Client::send(const Command& command, Answered answered) {
  if (!ready_) return unavailable("there is no connection");
  auto bytes = encode(command);
  if (pending_.size() >= options_.max_commands || bytes.size() > options_.max_bytes ||
      outgoing_.size() > options_.max_bytes - bytes.size()) {
    return std::unexpected(Error{.code = Errc::kFull, .message = "too many commands wait"});
  }
  outgoing_ += bytes;
  ++commands_;
  pending_.push_back({.answered = std::move(answered), .deadline = clock_.now() + options_.timeout});
  to_send_.notify_all();
  return {};
}

runtime::Awaitable<Result<Reply>> Client::ask(Command command) {
  std::vector<Command> commands;
  commands.push_back(std::move(command));
  auto replies = co_await ask_all(std::move(commands));
  if (!replies) co_return std::unexpected(std::move(replies.error()));
  co_return std::move(replies->front());
}

runtime::Awaitable<Result<std::vector<Reply>>> Client::ask_all(std::vector<Command> commands) {
  struct Answers {
    explicit Answers(const runtime::Executor& executor) : event(executor) {}
    std::vector<Reply> replies;
    std::optional<Error> error;
    runtime::Event event;
  };
  // The answers may come after a caller that was cancelled has gone.
  const auto answers = std::make_shared<Answers>(executor_);
  const auto count = commands.size();
  for (const auto& command : commands) {
    auto sent = send(command, [answers, count](Result<Reply> reply) {
      if (!reply && !answers->error) answers->error = std::move(reply.error());
      answers->replies.push_back(reply ? std::move(*reply) : Reply{});
      if (answers->replies.size() == count) answers->event.set();
    });
    if (!sent) co_return std::unexpected(std::move(sent.error()));
  }
  if (count > 0 && !co_await answers->event.wait()) co_return unavailable("the wait was given up");
  if (answers->error) co_return std::unexpected(*std::move(answers->error));
  co_return std::move(answers->replies);
}

runtime::Awaitable<> Client::read() {
  ReplyParser parser(options_.limits);
  std::array<char, 4096> buffer{};
  while (ready_) {
    const auto size = co_await connection_->read_some(std::as_writable_bytes(std::span(buffer)));
    if (!size) co_return reconnect(size.error().message());
    if (auto fed = parser.feed(text_of(buffer, *size)); !fed) co_return reconnect(fed.error().message);
    for (;;) {
      auto reply = parser.next();
      if (!reply) co_return reconnect(reply.error().message);
      if (!*reply) break;
      if (pending_.empty()) co_return reconnect("the server answers what was not asked");
      deliver(std::move(**reply));
    }
  }
}

runtime::Awaitable<> Client::write() {
  std::string bytes;
  while (ready_) {
    if (outgoing_.empty()) {
      if (!co_await to_send_.wait()) co_return;
      continue;
    }
    bytes.clear();
    std::swap(bytes, outgoing_);
    sent_bytes_ += bytes.size();
    if (const auto error = co_await connection_->write(std::as_bytes(std::span(bytes)))) {
      co_return reconnect(error.message());
    }
  }
}

runtime::Awaitable<> Client::watch() {
  while (co_await runtime::sleep_for(clock_, options_.timeout / 8)) {
    if (!pending_.empty() && pending_.front().deadline <= clock_.now())
      co_return reconnect("it does not answer in time");
  }
}

void Client::deliver(Reply reply) {
  auto answered = std::move(pending_.front().answered);
  pending_.pop_front();
  if (reply.kind != Reply::Kind::kError) return answered(std::move(reply));
  // A master that has become a replica, and a server that still loads its data, will not do.
  const bool wrong_server = reply.text.starts_with("READONLY") || reply.text.starts_with("LOADING");
  if (wrong_server) reconnect(reply.text.substr(0, kMostMessageBytes));
  answered(refused(reply));
}

void Client::reconnect(std::string reason) {
  if (!ready_) return;
  ready_ = false;
  reason_ = std::move(reason);
  lost_.set();
}

void Client::fail_pending() {
  auto pending = std::exchange(pending_, {});
  for (auto& command : pending) command.answered(unavailable(reason_));
}

}  // namespace antiphon::redis
