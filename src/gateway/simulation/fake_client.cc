#include "gateway/simulation/fake_client.h"

#include <algorithm>
#include <utility>

namespace antiphon::gateway::simulation {
namespace {

/// How often a client that reads slowly looks whether the connection is still there.
constexpr base::Duration kLook = std::chrono::milliseconds(200);

}  // namespace

void FakeClient::check(bool allowed, std::string what) {
  if (!allowed) faults_.push_back(std::move(what));
}

runtime::Awaitable<bool> FakeClient::respond(http::Response response) {
  check(status_ == 0 && !returned_, "an answer after another one");
  status_ = response.status;
  headers_ = std::move(response.headers);
  body_ = std::move(response.body);
  end_ = End::kAnswered;
  co_return !gone_;
}

runtime::Awaitable<bool> FakeClient::start(http::Response head) {
  check(status_ == 0 && !returned_, "a head after another one");
  status_ = head.status;
  headers_ = std::move(head.headers);
  co_return !gone_;
}

runtime::Awaitable<bool> FakeClient::write(std::span<const std::byte> bytes) {
  check(status_ != 0 && end_ == End::kOpen && !returned_, "a part of a body that is not open");
  if (gone_) co_return false;
  body_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  arrivals_.push_back({.at = clock_.now(), .bytes = body_.size()});
  if (bytes_per_second_ <= 0) co_return true;
  const auto done = clock_.now() + base::from_seconds(static_cast<double>(bytes.size()) / bytes_per_second_);
  while (!gone_ && clock_.now() < done) {
    if (!co_await runtime::sleep_until(clock_, std::min(done, clock_.now() + kLook))) co_return false;
  }
  co_return !gone_;
}

runtime::Awaitable<bool> FakeClient::finish() {
  check(status_ != 0 && end_ == End::kOpen && !returned_, "the end of a body that is not open");
  if (gone_) co_return false;
  end_ = End::kFinished;
  co_return true;
}

void FakeClient::abort() {
  check(status_ != 0 && end_ == End::kOpen && !returned_, "a cut of a body that is not open");
  end_ = End::kAborted;
}

void FakeClient::cut() {
  if (std::exchange(gone_, true) || returned_) return;
  if (when_gone_) std::exchange(when_gone_, {})();
}

void FakeClient::on_gone(std::move_only_function<void()> callback) {
  when_gone_ = std::move(callback);
  if (gone_ && when_gone_) std::exchange(when_gone_, {})();
}

void FakeClient::returned() {
  check(gone_ || end_ != End::kOpen, "a handler that returns without an end");
  returned_ = true;
  when_gone_ = {};
}

base::Duration FakeClient::worst_gap(double bytes_per_second) const {
  base::Duration worst{};
  base::TimePoint empty{};
  std::size_t before = 0;
  for (const auto& arrival : arrivals_) {
    if (before > 0) worst = std::max(worst, arrival.at - empty);
    empty = (before > 0 ? std::max(empty, arrival.at) : arrival.at) +
            base::from_seconds(static_cast<double>(arrival.bytes - before) / bytes_per_second);
    before = arrival.bytes;
  }
  return worst;
}

}  // namespace antiphon::gateway::simulation
