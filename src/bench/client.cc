#include "bench/client.h"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>

namespace antiphon::bench {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr auto kPatience = std::chrono::seconds(60);
constexpr base::SampleRate kRate{24'000};
constexpr std::size_t kBytesPerSample = 2;

http::request<http::string_body> head_of(const Target& target, const Request& request) {
  constexpr unsigned kHttp11 = 11;
  http::request<http::string_body> message(http::verb::post, "/v1/audio/speech", kHttp11);
  message.set(http::field::host, target.host);
  message.set(http::field::content_type, "application/json");
  message.set(http::field::authorization, "Bearer " + request.user);
  if (target.wait) {
    message.set("Prefer", "wait=" + std::to_string(std::chrono::ceil<std::chrono::seconds>(*target.wait).count()));
  }
  message.body() =
      nlohmann::json{
          {"model", target.model}, {"voice", target.voice}, {"input", request.text}, {"response_format", "pcm"}}
          .dump();
  message.prepare_payload();
  return message;
}

std::optional<base::Duration> number_of(std::string_view text, base::Duration unit) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr std::int64_t kMost = 1'000'000'000;
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > kMost) return std::nullopt;
  return value * unit;
}

std::optional<base::Duration> come_back_in(const http::response_header<>& head) {
  if (const auto exact = number_of(head["retry-after-ms"], std::chrono::milliseconds(1))) return exact;
  return number_of(head[http::field::retry_after], std::chrono::seconds(1));
}

Ending ending_of(int status) {
  constexpr int kUnavailable = 503;
  constexpr int kTooMany = 429;
  if (status == kUnavailable) return Ending::kRefused;
  return status == kTooMany ? Ending::kLimited : Ending::kFailed;
}

class Speaking {
 public:
  Speaking(runtime::Clock& clock, beast::tcp_stream stream, Target target, Request request)
      : clock_(clock), stream_(std::move(stream)), target_(std::move(target)), request_(std::move(request)) {
    parser_.body_limit(boost::none);
  }

  runtime::Awaitable<Outcome> run() {
    const auto asked = clock_.now();
    Listener listener(kRate, asked);
    if (co_await send() && co_await read_head()) {
      outcome_.status = static_cast<int>(parser_.get().result_int());
      constexpr int kOk = 200;
      if (outcome_.status == kOk) {
        co_await read_audio(listener);
      } else {
        outcome_.ending = ending_of(outcome_.status);
        outcome_.come_back = come_back_in(parser_.get());
      }
    }
    if (co_await runtime::is_cancelled()) outcome_.ending = Ending::kLeft;
    outcome_.hearing = listener.hearing();
    outcome_.took = clock_.now() - asked;
    outcome_.plays_until = listener.heard_anything() ? listener.plays_until() : clock_.now();
    beast::error_code ignored;
    stream_.socket().close(ignored);
    co_return outcome_;
  }

 private:
  runtime::Awaitable<bool> send() {
    stream_.expires_after(kPatience);
    if (const auto [error] = co_await stream_.async_connect(target_.endpoint, kAwait); error) co_return false;
    beast::error_code ignored;
    stream_.socket().set_option(boost::asio::ip::tcp::no_delay(true), ignored);
    const auto message = head_of(target_, request_);
    const auto [error, bytes] = co_await http::async_write(stream_, message, kAwait);
    co_return !error;
  }

  runtime::Awaitable<bool> read_head() {
    stream_.expires_after(kPatience);
    const auto [error, bytes] = co_await http::async_read_header(stream_, buffer_, parser_, kAwait);
    co_return !error;
  }

  runtime::Awaitable<> read_audio(Listener& listener) {
    std::size_t bytes = 0;
    while (!parser_.is_done()) {
      auto& body = parser_.get().body();
      body.data = space_.data();
      body.size = space_.size();
      stream_.expires_after(kPatience);
      const auto [error, ignored] = co_await http::async_read_some(stream_, buffer_, parser_, kAwait);
      if (error && error != http::error::need_buffer) co_return;
      const auto before = bytes / kBytesPerSample;
      bytes += space_.size() - body.size;
      listener.receive({(bytes / kBytesPerSample) - before}, clock_.now());
      if (is_time_to_leave(listener)) {
        outcome_.ending = Ending::kLeft;
        co_return;
      }
      if (!co_await keep_slow(bytes)) co_return;
    }
    outcome_.ending = Ending::kComplete;
  }

  [[nodiscard]] bool is_time_to_leave(const Listener& listener) const {
    return request_.leave_after && listener.hearing().audio >= *request_.leave_after;
  }

  /// A slow reader takes its time after each read.
  runtime::Awaitable<bool> keep_slow(std::size_t bytes) {
    if (request_.reading_speed <= 0) co_return true;
    if (started_ == base::TimePoint{}) started_ = clock_.now();
    const auto audio = base::to_seconds(base::playing_time({bytes / kBytesPerSample}, kRate));
    co_return co_await runtime::sleep_until(clock_, started_ + base::from_seconds(audio / request_.reading_speed));
  }

  static constexpr std::size_t kSpace = 16'384;

  runtime::Clock& clock_;
  beast::tcp_stream stream_;
  Target target_;
  Request request_;
  beast::flat_buffer buffer_;
  http::response_parser<http::buffer_body> parser_;
  std::array<char, kSpace> space_{};
  base::TimePoint started_;
  Outcome outcome_;
};

}  // namespace

runtime::Awaitable<Outcome> speak(runtime::Clock& clock, Target target, Request request) {
  const auto executor = co_await boost::asio::this_coro::executor;
  // On the heap: a coroutine's frame need not hold the buffers.
  const auto speaking =
      std::make_unique<Speaking>(clock, beast::tcp_stream(executor), std::move(target), std::move(request));
  co_return co_await speaking->run();
}

}  // namespace antiphon::bench
