#include "remote/session.h"

#include <algorithm>
#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "process/socket.h"
#include "process/usage.h"
#include "runtime/log.h"

namespace antiphon::remote {
namespace {

/// For the answer to Join.
constexpr base::Duration kWelcome = std::chrono::seconds(5);
/// For a gateway to close once it is told that its worker is lost.
constexpr base::Duration kFarewell = std::chrono::seconds(1);
constexpr std::array<std::string_view, 4> kKernels = {"voice", "ort", "direct", "fast"};

template <class Body>
constexpr bool kIsForWorker = std::is_same_v<Body, wire::Hello> || std::is_same_v<Body, wire::UnloadVoice> ||
                              std::is_same_v<Body, wire::PlanJob> || std::is_same_v<Body, wire::RenderJob> ||
                              std::is_same_v<Body, wire::Cancel> || std::is_same_v<Body, wire::StatsRequest>;

template <class Body>
constexpr bool kIsFromWorker = std::is_same_v<Body, wire::Ready> || std::is_same_v<Body, wire::VoiceLoaded> ||
                               std::is_same_v<Body, wire::Started> || std::is_same_v<Body, wire::Planned> ||
                               std::is_same_v<Body, wire::GrainDone> || std::is_same_v<Body, wire::RenderDone> ||
                               std::is_same_v<Body, wire::Failed> || std::is_same_v<Body, wire::Stats>;

bool is_from_worker(const wire::Message& message) {
  return std::visit([]<class Body>(const Body& /*body*/) { return kIsFromWorker<Body>; }, message);
}

/// The name of a voice in a store, and nothing that leads out of it.
bool is_store_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && !name.contains('/') && !name.contains('\0');
}

}  // namespace

Session::Session(runtime::Executor executor, runtime::Clock& clock, StallMonitor& workers,
                 std::unique_ptr<link::MessageStream> gateway, WorkerProgram program)
    : executor_(executor),
      clock_(clock),
      workers_(workers),
      gateway_(std::move(gateway)),
      program_(std::move(program)),
      over_(executor),
      parted_(executor),
      tasks_(executor) {}

runtime::Awaitable<SessionEnd> Session::run() {
  tasks_.spawn(write_to_gateway());
  std::expected<wire::Message, std::string> answer = std::unexpected("the gateway did not answer");
  const auto receive = [](link::MessageStream& stream, auto& result) -> runtime::Awaitable<> {
    result = co_await stream.receive();
  };
  const bool in_time = co_await runtime::run_until(clock_, clock_.now() + kWelcome, receive(*gateway_, answer));
  if (!in_time || !answer) {
    end(in_time ? "gateway: " + answer.error() : "the gateway did not answer in time");
  } else if (const auto kernel = kernel_of(*answer); kernel && start_worker(*kernel)) {
    tasks_.spawn(write_to_worker());
    tasks_.spawn(carry_jobs());
    tasks_.spawn(carry_answers());
    tasks_.spawn(watch());
  }
  static_cast<void>(co_await over_.wait());
  end("stopped");  // where the calling task was cancelled
  if (child_) child_->kill();
  if (lost_) co_await runtime::run_until(clock_, clock_.now() + kFarewell, part());
  gateway_->close();
  if (worker_) worker_->close();
  tasks_.cancel();
  co_await tasks_.join();
  watched_.reset();
  if (child_) {
    const auto status = co_await child_->wait();
    runtime::log_info("worker_ended", {{"pid", child_->pid()}, {"status", process::describe(status)}});
  }
  co_return end_;
}

std::optional<std::string> Session::kernel_of(const wire::Message& answer) {
  if (const auto* const refused = std::get_if<wire::Refused>(&answer)) {
    refuse(*refused);
    return std::nullopt;
  }
  const auto* const welcome = std::get_if<wire::Welcome>(&answer);
  if (welcome == nullptr || welcome->protocol_version != wire::kProtocolVersion) {
    end("the gateway speaks another protocol");
    return std::nullopt;
  }
  // It becomes an argument of a program.
  if (std::ranges::find(kKernels, welcome->kernel) == kKernels.end()) {
    end("the gateway asks for a kernel that is not known here");
    return std::nullopt;
  }
  end_.incarnation = welcome->incarnation;
  return welcome->kernel;
}

bool Session::start_worker(const std::string& kernel) {
  auto sockets = process::socket_pair();
  if (!sockets) {
    end(sockets.error().message);
    return false;
  }
  auto& [ours, theirs] = *sockets;
  auto arguments = program_.arguments;
  arguments.insert(arguments.end(), {"--engine-kernel", kernel});
  auto child = process::Child::spawn(
      executor_, {.executable = program_.executable, .arguments = arguments, .inherited = theirs.get()});
  if (!child) {
    end(child.error().message);
    return false;
  }
  child_ = std::move(*child);
  watched_.emplace(workers_, child_->pid(), [this](worker_pool::Stall stall) {
    lose(stall == worker_pool::Stall::kLoad ? wire::Loss::kLoadStalled : wire::Loss::kStalled,
         "the worker process has stalled (" + std::string(worker_pool::name_of(stall)) + ")");
  });
  boost::asio::local::stream_protocol::socket socket(executor_, boost::asio::local::stream_protocol(), ours.release());
  worker_ = std::make_unique<link::MessageStream>(executor_, clock_, link::make_byte_stream(std::move(socket)));
  runtime::log_info("worker_started", {{"pid", child_->pid()}, {"kernel", kernel}});
  return true;
}

runtime::Awaitable<> Session::carry_jobs() {
  for (;;) {
    auto message = co_await gateway_->receive();
    if (!message) {
      parted_.set();
      end(leaving_ ? "it has left" : "gateway: " + message.error());
      co_return;
    }
    // Bytes that nobody reads would make the end of the connection overtake what was said last (RFC 1122, 4.2.2.13).
    if (ended_) continue;
    const auto job = for_worker(std::move(*message));
    if (!job || !co_await worker_->room() || ended_) continue;
    if (watched_->asked(*job)) {
      worker_->send(*job);
    } else {
      end("the gateway sends more jobs than a worker takes");
    }
  }
}

runtime::Awaitable<> Session::carry_answers() {
  for (;;) {
    const auto message = co_await worker_->receive();
    if (!message) {
      lose(wire::Loss::kExited, "the worker process ended (" + message.error() + ")");
      co_return;
    }
    if (!is_from_worker(*message)) {
      lose(wire::Loss::kBadAnswer, "the worker process sends what workers do not");
      co_return;
    }
    watched_->answered(*message);
    // A worker waits while its answers do not get through, and so bounds what is kept here.
    watched_->set_held_up(true);
    const bool room = co_await gateway_->room();
    watched_->set_held_up(false);
    if (!room) co_return;
    gateway_->send(*message);
  }
}

std::optional<wire::Message> Session::for_worker(wire::Message message) {
  return std::visit(
      [this]<class M>(M&& body) -> std::optional<wire::Message> {
        using Body = std::remove_cvref_t<M>;
        if constexpr (kIsForWorker<Body>) {
          return std::forward<M>(body);
        } else if constexpr (std::is_same_v<Body, wire::LoadVoice>) {
          if (is_store_name(body.folder)) {
            body.folder = (program_.voices / body.folder).string();
            return std::forward<M>(body);
          }
          end("the gateway asks for a voice outside of the store");
        } else if constexpr (std::is_same_v<Body, wire::Ping>) {
          answer(body);
        } else if constexpr (std::is_same_v<Body, wire::Refused>) {
          refuse(body);
        } else {
          end("the gateway sends what only workers do");
        }
        return std::nullopt;
      },
      std::move(message));
}

void Session::answer(const wire::Ping& ping) {
  const auto& bulk = gateway_->bulk();
  gateway_->send(wire::Pong{.stamp = ping.stamp,
                            .resident_bytes = process::resident_bytes(child_->pid()).value_or(0),
                            .bulk_bytes = bulk.bytes,
                            .bulk_us = base::to_microseconds(bulk.took)});
}

void Session::refuse(const wire::Refused& refused) {
  if (!ended_) end_.refusal = static_cast<wire::Refusal>(refused.code);
  end("the gateway refuses it: " + refused.reason);
}

runtime::Awaitable<> Session::write_to_gateway() { end("gateway: " + co_await gateway_->write()); }

runtime::Awaitable<> Session::write_to_worker() {
  lose(wire::Loss::kExited, "the worker process ended (" + co_await worker_->write() + ")");
}

runtime::Awaitable<> Session::part() { static_cast<void>(co_await parted_.wait()); }

runtime::Awaitable<> Session::watch() {
  std::uint64_t heard = 0;
  int silent = 0;
  while (co_await runtime::sleep_for(clock_, link::kHeartbeat)) {
    const auto now = gateway_->received();
    silent = now == std::exchange(heard, now) ? silent + 1 : 0;
    if (silent <= link::kSilentHeartbeats) continue;
    end("the gateway is silent");
    co_return;
  }
}

void Session::leave() {
  if (std::exchange(leaving_, true)) return;
  if (!worker_) return end("it has left");
  gateway_->send(wire::Leave{});
}

void Session::lose(wire::Loss loss, std::string reason) {
  if (ended_) return;
  gateway_->send(wire::Lost{.loss = static_cast<std::uint8_t>(loss), .reason = reason});
  gateway_->finish();
  watched_->dismiss();
  lost_ = true;
  end(std::move(reason));
}

void Session::end(std::string reason) {
  if (std::exchange(ended_, true)) return;
  end_.reason = std::move(reason);
  over_.set();
}

}  // namespace antiphon::remote
