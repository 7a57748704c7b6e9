#include "delivery/http_sink.h"

#include <fmt/format.h>

#include <utility>

namespace antiphon::delivery {

HttpSink::HttpSink(http::Responder& responder, http::Headers headers, ErrorAnswer error_answer)
    : responder_(responder), headers_(std::move(headers)), error_answer_(std::move(error_answer)) {
  if (headers_.find("Cache-Control") == nullptr) headers_.set("Cache-Control", "no-store");
  headers_.set("X-Accel-Buffering", "no");
}

void HttpSink::entered(const dispatch::Entry& entry, base::Duration first_audio) {
  constexpr double kMilliseconds = 1000;
  headers_.set("Server-Timing",
               fmt::format(R"(wait;dur={:.1f}, first-audio;dur={:.1f}, degradation;desc="{}")",
                           base::to_seconds(entry.waited) * kMilliseconds,
                           base::to_seconds(first_audio) * kMilliseconds, scheduler::degradation_name(entry.level)));
  if (entry.from_cache) headers_.set("Cache-Status", "antiphon; hit");
}

runtime::Awaitable<bool> HttpSink::send(std::span<const std::byte> bytes) {
  if (!responder_.started() && !co_await responder_.start({.status = status_, .headers = headers_, .body = {}})) {
    co_return false;
  }
  co_return co_await responder_.write(bytes);
}

runtime::Awaitable<bool> HttpSink::write(std::span<const std::byte> bytes, base::SampleCount /*through*/) {
  return send(bytes);
}

runtime::Awaitable<bool> HttpSink::complete() {
  if (!responder_.started() && !co_await send({})) co_return false;
  co_return co_await responder_.finish();
}

runtime::Awaitable<> HttpSink::fail(const protocol::Error& error) {
  if (responder_.started()) {
    responder_.abort();
  } else {
    co_await responder_.respond(error_answer_(error));
  }
}

void HttpSink::on_gone(std::move_only_function<void()> callback) { responder_.on_gone(std::move(callback)); }

}  // namespace antiphon::delivery
