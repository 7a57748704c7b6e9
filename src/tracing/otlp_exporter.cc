#include "tracing/otlp_exporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <iterator>
#include <utility>

#include "net/authority.h"
#include "runtime/log.h"

namespace antiphon::tracing {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
/// To write so many as JSON takes well below a millisecond, which the event loop has.
constexpr std::size_t kBatch = 128;
/// For so long spans are gathered.
constexpr auto kLinger = std::chrono::milliseconds(500);
constexpr auto kPatience = std::chrono::seconds(5);
constexpr auto kFirstPause = std::chrono::milliseconds(500);
constexpr int kAttempts = 4;
/// Of what is answered so the same may be taken later (OTLP 1.x, "Retryable Response Codes").
constexpr std::array<unsigned, 4> kMayCome = {429, 502, 503, 504};
constexpr std::size_t kMostAnswerBytes = 65'536;

metrics::Counter spans(metrics::Registry& registry, std::string_view result) {
  return registry.counter(
      "antiphon_trace_spans_total",
      "Spans of sampled traces: exported to the collector, dropped since too many waited, or failed "
      "since the collector did not take them.",
      {{"result", std::string(result)}});
}

std::string authority(const CollectorUrl& url) { return net::to_authority(url.host, url.port); }

http::request<http::string_body> request_of(const CollectorUrl& url, const std::string& body) {
  constexpr unsigned kHttp11 = 11;
  http::request<http::string_body> request(http::verb::post, url.path, kHttp11);
  request.set(http::field::host, authority(url));
  request.set(http::field::content_type, "application/json");
  request.set(http::field::connection, "close");
  request.body() = body;
  request.prepare_payload();
  return request;
}

}  // namespace

OtlpExporter::OtlpExporter(const runtime::Executor& executor, runtime::Clock& clock, metrics::Registry& registry,
                           OtlpOptions options)
    : executor_(executor),
      clock_(clock),
      options_(std::move(options)),
      news_(executor),
      exported_(spans(registry, "exported")),
      dropped_(spans(registry, "dropped")),
      failed_(spans(registry, "failed")) {}

void OtlpExporter::add(Span span) {
  if (queue_.size() >= options_.queue) return dropped_.add();
  queue_.push_back(std::move(span));
  if (queue_.size() == 1) news_.notify_all();
}

runtime::Awaitable<> OtlpExporter::run() {
  while (true) {
    while (queue_.empty()) {
      if (!co_await news_.wait()) co_return;
    }
    if (queue_.size() < kBatch && !co_await runtime::sleep_for(clock_, kLinger)) co_return;
    const auto batch = take_batch();
    auto verdict = co_await send(batch);
    base::Duration pause = kFirstPause;
    for (int attempt = 1; verdict == Verdict::kNotNow && attempt < kAttempts; ++attempt) {
      if (!co_await runtime::sleep_for(clock_, pause)) break;
      pause *= 2;
      verdict = co_await send(batch);
    }
    count(verdict, batch.size());
    if (co_await runtime::is_cancelled()) co_return;
  }
}

runtime::Awaitable<> OtlpExporter::flush() {
  while (answered_ && !queue_.empty() && !co_await runtime::is_cancelled()) {
    const auto batch = take_batch();
    const auto verdict = co_await send(batch);
    count(verdict, batch.size());
    if (verdict == Verdict::kNotNow) co_return;
  }
}

std::vector<Span> OtlpExporter::take_batch() {
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), kBatch));
  std::vector<Span> batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return batch;
}

runtime::Awaitable<OtlpExporter::Verdict> OtlpExporter::send(const std::vector<Span>& batch) {
  // The monotonic clock knows no date; the two drift apart, so it is asked each time.
  const auto since_epoch =
      std::chrono::duration_cast<base::Duration>(std::chrono::system_clock::now().time_since_epoch()) -
      clock_.now().time_since_epoch();
  const auto status = co_await post(to_otlp_json(batch, options_.resource, since_epoch));
  answered_ = status.has_value();
  constexpr unsigned kOk = 200;
  constexpr unsigned kMultiple = 300;
  if (status && *status >= kOk && *status < kMultiple) co_return Verdict::kTaken;
  const bool is_final = status && std::ranges::find(kMayCome, *status) == kMayCome.end();
  co_return is_final ? Verdict::kRefused : Verdict::kNotNow;
}

runtime::Awaitable<std::optional<unsigned>> OtlpExporter::post(const std::string& body) {
  boost::asio::ip::tcp::resolver resolver(executor_);
  const auto [unknown, addresses] =
      co_await resolver.async_resolve(options_.collector.host, std::to_string(options_.collector.port), kAwait);
  // A resolver cannot be interrupted; it may take longer than anybody waits by now.
  if (unknown || co_await runtime::is_cancelled()) co_return std::nullopt;
  beast::tcp_stream stream(executor_);
  stream.expires_after(kPatience);
  if (const auto [error, at] = co_await stream.async_connect(addresses, kAwait); error) co_return std::nullopt;
  const auto request = request_of(options_.collector, body);
  if (const auto [error, bytes] = co_await http::async_write(stream, request, kAwait); error) co_return std::nullopt;
  beast::flat_buffer buffer(kMostAnswerBytes);
  http::response_parser<http::empty_body> answer;
  // Its body says nothing that is needed: the status is enough.
  if (const auto [error, bytes] = co_await http::async_read_header(stream, buffer, answer, kAwait); error) {
    co_return std::nullopt;
  }
  co_return answer.get().result_int();
}

void OtlpExporter::count(Verdict verdict, std::size_t spans) {
  const bool taken = verdict == Verdict::kTaken;
  (taken ? exported_ : failed_).add(static_cast<double>(spans));
  if (taken == std::exchange(reached_, taken)) return;
  if (taken) return runtime::log_info("traces_taken", {{"collector", authority(options_.collector)}});
  runtime::log_warn("traces_not_taken", {{"collector", authority(options_.collector)}, {"spans", spans}});
}

}  // namespace antiphon::tracing
