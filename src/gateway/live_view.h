#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <string>

#include "base/time.h"
#include "dispatch/cell.h"
#include "http/message.h"
#include "http/responder.h"
#include "progress/census.h"
#include "runtime/clock.h"
#include "runtime/event.h"

namespace antiphon::gateway {

struct LiveViewOptions {
  std::size_t subscribers = 8;  ///< Number of event streams at once; the next one is refused.
  base::Duration interval = std::chrono::milliseconds(250);  ///< From one snapshot to the next; above 0.
  const progress::Census* census =
      nullptr;  ///< Census of the cells; null: there is this one alone. It outlives the view.
};

/// The event streams at /v1/streams/events and /v1/workers/events: a snapshot each interval. The next one is made when
/// the client has taken the one before, so that a slow client gets fewer of them and nothing queues up for it; the HTTP
/// server drops a client that takes nothing for its write timeout. On the event loop.
class LiveView {
 public:
  /// `cell` and `clock` outlive it. Seconds in the events count from now on.
  LiveView(dispatch::Cell& cell, runtime::Clock& clock, LiveViewOptions options)
      : cell_(cell), clock_(clock), options_(options), start_(clock.now()) {}
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;

  /// Each answers the request with events until the client leaves, end_all() or drain(); with 503 where there are too
  /// many subscribers, or the server drains.
  [[nodiscard]] runtime::Awaitable<> send_streams(const http::Request& request, http::Responder& responder,
                                                  std::string request_id);
  [[nodiscard]] runtime::Awaitable<> send_workers(const http::Request& request, http::Responder& responder,
                                                  std::string request_id);

  /// Ends the event streams that there are; their clients may come back. One whose client takes nothing is cut.
  void end_all();
  /// The same, and from now on there are no new ones.
  void drain();

  /// Number of event streams that there are.
  [[nodiscard]] std::size_t subscribers() const { return subscribers_.size(); }

 private:
  struct Subscriber {
    Subscriber(http::Responder& to, const runtime::Executor& executor) : responder(to), news(executor) {}

    http::Responder& responder;
    runtime::Notifier news;  ///< It is over.
    bool over = false;
    bool writing = false;
  };

  [[nodiscard]] runtime::Awaitable<> send(const http::Request& request, http::Responder& responder,
                                          std::string request_id, std::function<std::string()> make_event);
  [[nodiscard]] runtime::Awaitable<> send_to(Subscriber& subscriber, http::Response head,
                                             const std::function<std::string()>& make_event);
  [[nodiscard]] static runtime::Awaitable<bool> write(Subscriber& subscriber, const std::string& text);
  [[nodiscard]] static runtime::Awaitable<> until_over(Subscriber& subscriber);
  static void end(Subscriber& subscriber);
  [[nodiscard]] base::Duration age() const { return clock_.now() - start_; }

  dispatch::Cell& cell_;
  runtime::Clock& clock_;
  LiveViewOptions options_;
  base::TimePoint start_;
  std::list<Subscriber*> subscribers_;
  bool draining_ = false;
};

}  // namespace antiphon::gateway
