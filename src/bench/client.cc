#include "bench/client.h"

#include <array>
#include <boost/asio/this_coro.hpp>
#include <memory>
#include <span>
#include <utility>

#include "bench/connection.h"
#include "bench/http_answer.h"
#include "bench/wyoming_answer.h"

namespace antiphon::bench {
namespace {

constexpr auto kPatience = std::chrono::seconds(60);

Ending ending_of(int status) {
  constexpr int kUnavailable = 503;
  constexpr int kTooMany = 429;
  if (status == kUnavailable) return Ending::kRefused;
  return status == kTooMany ? Ending::kLimited : Ending::kFailed;
}

class Speaking {
 public:
  Speaking(runtime::Clock& clock, runtime::Executor executor, const Target& target, Request request)
      : clock_(clock), executor_(std::move(executor)), target_(target), request_(std::move(request)) {
    answer_ = target.protocol == Protocol::kWyoming ? make_wyoming_answer() : make_http_answer({target.rate});
  }

  runtime::Awaitable<Outcome> run() {
    const auto begun = clock_.now();
    asked_ = begun;
    co_await exchange();
    timer_.reset();
    if (co_await runtime::is_cancelled()) outcome_.ending = Ending::kLeft;
    outcome_.status = answer_->status();
    if (listener_) outcome_.hearing = listener_->hearing();
    outcome_.took = clock_.now() - begun;
    outcome_.plays_until = listener_ ? listener_->plays_until() : clock_.now();
    if (connection_) connection_->close();
    co_return outcome_;
  }

 private:
  runtime::Awaitable<> exchange() {
    auto connected = co_await connect(target_);
    if (!connected) co_return fail(connected.error());
    connection_ = std::move(*connected);
    const auto bytes =
        target_.protocol == Protocol::kWyoming ? wyoming_request(target_, request_) : http_request(target_, request_);
    be_patient();
    if (const auto error = co_await connection_->write(std::as_bytes(std::span(bytes)))) {
      co_return fail(error.message());
    }
    asked_ = clock_.now();
    while (!answer_->is_complete()) {
      if (!co_await read()) co_return;
    }
    constexpr int kOk = 200;
    if (answer_->status() == kOk) {
      outcome_.ending = Ending::kComplete;
    } else {
      outcome_.ending = ending_of(answer_->status());
      outcome_.come_back = answer_->come_back();
      if (outcome_.ending == Ending::kFailed) fail("status " + std::to_string(answer_->status()));
    }
  }

  /// Returns false where that was all.
  runtime::Awaitable<bool> read() {
    be_patient();
    const auto size = co_await connection_->read_some(std::as_writable_bytes(std::span(space_)));
    if (!size) {
      answer_->end();
      if (!answer_->is_complete()) fail(answer_->status() == 0 ? "no answer" : "cut short: " + size.error().message());
      co_return answer_->is_complete();
    }
    const auto samples = answer_->feed({space_.data(), *size});
    if (!samples) {
      fail(samples.error());
      co_return false;
    }
    hear(*samples);
    if (is_time_to_leave()) {
      outcome_.ending = Ending::kLeft;
      co_return false;
    }
    co_return co_await keep_slow();
  }

  void hear(base::SampleCount samples) {
    if (samples.value == 0) return;
    if (!listener_) {
      listener_.emplace(answer_->rate(), asked_,
                        target_.pacing == Pacing::kOn ? std::optional(kPacingLead) : std::nullopt);
    }
    listener_->receive(samples, clock_.now());
  }

  void fail(std::string why) {
    outcome_.ending = Ending::kFailed;
    outcome_.fault = std::move(why);
  }

  /// From now on a minute without a byte ends the connection.
  void be_patient() {
    timer_ = clock_.start_timer(executor_, clock_.now() + kPatience, [this] { connection_->close(); });
  }

  [[nodiscard]] bool is_time_to_leave() const {
    return request_.leave_after && listener_ && listener_->hearing().audio >= *request_.leave_after;
  }

  /// A slow reader takes its time after each read.
  runtime::Awaitable<bool> keep_slow() {
    if (request_.reading_speed <= 0 || !listener_) co_return true;
    timer_.reset();
    if (started_ == base::TimePoint{}) started_ = clock_.now();
    const auto audio = base::to_seconds(listener_->hearing().audio);
    co_return co_await runtime::sleep_until(clock_, started_ + base::from_seconds(audio / request_.reading_speed));
  }

  static constexpr std::size_t kSpace = 16'384;

  runtime::Clock& clock_;
  runtime::Executor executor_;
  const Target& target_;
  Request request_;
  std::unique_ptr<link::ByteStream> connection_;
  std::unique_ptr<AnswerReader> answer_;
  std::optional<Listener> listener_;
  std::array<char, kSpace> space_{};
  base::TimePoint asked_;    ///< When the last byte of the request was sent.
  base::TimePoint started_;  ///< Of a slow reader.
  std::unique_ptr<runtime::Timer> timer_;
  Outcome outcome_;
};

}  // namespace

runtime::Awaitable<Outcome> speak(runtime::Clock& clock, const Target& target, Request request) {
  const auto executor = co_await boost::asio::this_coro::executor;
  // On the heap: a coroutine's frame need not hold the buffers.
  const auto speaking = std::make_unique<Speaking>(clock, executor, target, std::move(request));
  co_return co_await speaking->run();
}

}  // namespace antiphon::bench
