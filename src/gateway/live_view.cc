#include "gateway/live_view.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "api/answer.h"
#include "delivery/listed.h"
#include "dispatch/live_snapshot.h"
#include "runtime/task_group.h"

namespace antiphon::gateway {
namespace {

constexpr base::Duration kRetry = std::chrono::seconds(5);
/// How long a browser waits before it comes back.
constexpr std::string_view kReconnection = "retry: 1000\n\n";

http::Response head_of(const std::string& request_id) {
  return {.status = 200,
          .headers = {{"Content-Type", "text/event-stream"},
                      {"Cache-Control", "no-store"},
                      {"X-Accel-Buffering", "no"},  // nginx would wait for more
                      {"x-request-id", request_id}},
          .body = {}};
}

http::Response refusal(std::string message, const std::string& request_id) {
  return api::error_answer({.code = protocol::Errc::kBusy, .message = std::move(message), .retry_after = kRetry},
                           request_id);
}

runtime::Awaitable<> answer(http::Responder& responder, http::Response response) {
  co_await responder.respond(std::move(response));
}

}  // namespace

runtime::Awaitable<> LiveView::send_streams(const http::Request& request, http::Responder& responder,
                                            std::string request_id) {
  dispatch::LiveFeed::Reader reader(cell_.live());
  co_await send(request, responder, std::move(request_id), [this, &reader] {
    return dispatch::streams_event(cell_.live_streams(), reader.take_jobs(), reader.take_refusals(), start_,
                                   clock_.now());
  });
}

runtime::Awaitable<> LiveView::send_workers(const http::Request& request, http::Responder& responder,
                                            std::string request_id) {
  dispatch::RecentCost cost;
  co_await send(request, responder, std::move(request_id), [this, &cost] {
    auto workers = cell_.live_workers();
    cost.observe(workers);
    const auto cells = options_.census == nullptr ? std::vector<progress::KnownCell>() : options_.census->cells();
    return dispatch::workers_event(workers, cells, age());
  });
}

runtime::Awaitable<> LiveView::send(const http::Request& request, http::Responder& responder, std::string request_id,
                                    std::function<std::string()> make_event) {
  if (draining_) co_return co_await answer(responder, refusal("The server is shutting down.", request_id));
  if (request.method == "HEAD") co_return co_await answer(responder, head_of(request_id));
  if (subscribers_.size() >= options_.subscribers) {
    co_return co_await answer(responder,
                              refusal("As many watch this server as may (server.max_live_subscribers).", request_id));
  }
  Subscriber subscriber(responder, cell_.executor());
  const delivery::Listed<Subscriber*> listed(subscribers_, &subscriber);
  co_await send_to(subscriber, head_of(request_id), make_event);
}

runtime::Awaitable<> LiveView::send_to(Subscriber& subscriber, http::Response head,
                                       const std::function<std::string()>& make_event) {
  auto& responder = subscriber.responder;
  responder.on_gone([&subscriber] { end(subscriber); });
  if (!co_await responder.start(std::move(head))) co_return;
  if (!co_await write(subscriber, std::string(kReconnection))) co_return;
  while (!subscriber.over) {
    if (!co_await write(subscriber, make_event())) co_return;
    co_await runtime::run_until(clock_, clock_.now() + options_.interval, until_over(subscriber));
    if (co_await runtime::is_cancelled()) co_return;
  }
  co_await responder.finish();
}

runtime::Awaitable<bool> LiveView::write(Subscriber& subscriber, const std::string& text) {
  subscriber.writing = true;
  const bool taken = co_await subscriber.responder.write_text(text);
  subscriber.writing = false;
  co_return taken;
}

runtime::Awaitable<> LiveView::until_over(Subscriber& subscriber) {
  while (!subscriber.over) {
    if (!co_await subscriber.news.wait()) co_return;
  }
}

void LiveView::end_all() {
  for (auto* const subscriber : std::list(subscribers_)) {
    end(*subscriber);
    if (subscriber->writing) subscriber->responder.cut();
  }
}

void LiveView::end(Subscriber& subscriber) {
  subscriber.over = true;
  subscriber.news.notify_all();
}

void LiveView::drain() {
  draining_ = true;
  end_all();
}

}  // namespace antiphon::gateway
