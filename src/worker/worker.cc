#include "worker/worker.h"

#include <unistd.h>

#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include "runtime/log.h"
#include "worker/job_queue.h"
#include "worker/job_runner.h"
#include "worker/link.h"
#include "worker/usage.h"

namespace antiphon::worker {
namespace {

constexpr int kGatewayGone = 0;
constexpr int kProtocolBroken = 1;

template <class Body>
constexpr bool kIsJob = std::is_same_v<Body, wire::LoadVoice> || std::is_same_v<Body, wire::UnloadVoice> ||
                        std::is_same_v<Body, wire::PlanJob> || std::is_same_v<Body, wire::RenderJob>;

int broken(std::string_view what) {
  runtime::log_error("protocol_broken", {{"reason", what}});
  return kProtocolBroken;
}

/// The thread that reads the socket. What it may answer itself it answers at once; jobs go to the queue.
class Reader {
 public:
  Reader(Link& link, JobQueue& queue, const JobRunner& performer, std::uint32_t epoch)
      : link_(link), queue_(queue), performer_(performer), epoch_(epoch) {}

  /// Reads until the gateway is gone or breaks the protocol, then closes the queue. Returns run()'s status.
  int run() {
    int status = kGatewayGone;
    while (true) {
      auto message = link_.receive();
      if (!message) {
        status = broken(message.error().message);
        break;
      }
      if (!*message) break;
      if (!accept(std::move(**message))) {
        status = kProtocolBroken;
        break;
      }
    }
    queue_.close();
    return status;
  }

 private:
  /// False = a message that only a worker sends, or a second Hello.
  bool accept(wire::Message message) {
    return std::visit(
        [&]<class M>(M&& body) {
          using Body = std::remove_cvref_t<M>;
          if constexpr (kIsJob<Body>) {
            enqueue(std::forward<M>(body));
          } else if constexpr (std::is_same_v<Body, wire::Cancel>) {
            queue_.cancel(body.job);
          } else if constexpr (std::is_same_v<Body, wire::StatsRequest>) {
            answer_stats();
          } else {
            broken("a message that a gateway does not send here");
            return false;
          }
          return true;
        },
        std::move(message));
  }

  template <class Body>
  void enqueue(Body body) {
    if constexpr (requires { body.job; }) {
      const auto number = body.job;
      if (queue_.push(std::move(body))) return;
      send({wire::Failed{.job = number,
                         .epoch = epoch_,
                         .code = static_cast<std::uint8_t>(engine::Errc::kEngineFailure),
                         .message = "the worker's queue is full"}});
    } else {
      // An unloading that finds no room is dropped: it only saves memory, and the shelf has its own bound.
      static_cast<void>(queue_.push(std::move(body)));
    }
  }

  void answer_stats() {
    send({wire::Stats{.epoch = epoch_,
                      .resident_bytes = resident_bytes(),
                      .cpu_us = process_cpu_us(),
                      .jobs = performer_.jobs_done(),
                      .queued = static_cast<std::uint32_t>(queue_.waiting())}});
  }

  /// That the gateway is gone shows at the next receive.
  void send(const wire::Message& message) { static_cast<void>(link_.send(message)); }

  Link& link_;
  JobQueue& queue_;
  const JobRunner& performer_;
  std::uint32_t epoch_;
};

/// Hello in, Ready out, to which the epoch is added. nullopt with `status` set = there is nobody to serve.
std::optional<wire::Hello> greet(Link& link, wire::Ready ready, int& status) {
  const auto first = link.receive();
  if (!first) {
    status = broken(first.error().message);
    return std::nullopt;
  }
  if (!*first) return std::nullopt;
  const auto* hello = std::get_if<wire::Hello>(&**first);
  if (hello == nullptr) {
    status = broken("the first message is not Hello");
    return std::nullopt;
  }
  // Ready tells a gateway of another version which one this is, before the connection ends.
  ready.epoch = hello->epoch;
  const auto sent = link.send(ready);
  if (hello->protocol_version != wire::kProtocolVersion) {
    status = broken("the gateway speaks another version of the protocol");
    return std::nullopt;
  }
  return sent == Sent::kSent ? std::optional(*hello) : std::nullopt;
}

}  // namespace

int run(Options options) {
  Link link(std::move(options.socket));
  VoiceCache shelf(std::move(options.engines), options.max_voices);
  int status = kGatewayGone;
  const auto hello = greet(link,
                           {.pid = static_cast<std::uint64_t>(::getpid()),
                            .fingerprint = shelf.fingerprint().substr(0, wire::Limits::kNameBytes),
                            .places = options.places,
                            .voices = static_cast<std::uint32_t>(options.max_voices)},
                           status);
  if (!hello) return status;

  JobQueue queue(options.max_queued_jobs + options.places - 1);
  JobRunner performer(shelf, link, queue, hello->epoch, options.places);
  std::thread reading([&] { status = Reader(link, queue, performer, hello->epoch).run(); });
  performer.run();
  link.shutdown();
  reading.join();
  return status;
}

}  // namespace antiphon::worker
