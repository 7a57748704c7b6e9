#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "http/responder.h"
#include "runtime/clock.h"

namespace antiphon::gateway::simulation {

/// The connection of a client that a handler answers. It notes what a handler does that it may not, and how well the
/// audio came.
class FakeClient final : public http::Responder {
 public:
  enum class End : std::uint8_t {
    kOpen,
    kAnswered,  ///< By a whole answer.
    kFinished,  ///< By a body that is complete.
    kAborted,   ///< By a body that is visibly cut.
  };

  /// `bytes_per_second`: what the client takes of a body; 0: all at once.
  FakeClient(runtime::Clock& clock, double bytes_per_second) : clock_(clock), bytes_per_second_(bytes_per_second) {}

  runtime::Awaitable<bool> respond(http::Response response) override;
  runtime::Awaitable<bool> start(http::Response head) override;
  runtime::Awaitable<bool> write(std::span<const std::byte> bytes) override;
  runtime::Awaitable<bool> finish() override;
  void abort() override;
  void cut() override;
  void on_gone(std::move_only_function<void()> callback) override;
  [[nodiscard]] bool gone() const override { return gone_; }
  [[nodiscard]] bool started() const override { return status_ != 0; }

  /// The client closes the connection.
  void leave() { cut(); }
  /// The handler has returned.
  void returned();

  [[nodiscard]] bool is_over() const { return returned_; }
  [[nodiscard]] End end() const { return end_; }
  [[nodiscard]] unsigned status() const { return status_; }
  [[nodiscard]] const http::Headers& headers() const { return headers_; }
  [[nodiscard]] const std::string& body() const { return body_; }
  /// The longest time for which a client that plays at once, at `bytes_per_second`, had nothing to play.
  [[nodiscard]] base::Duration worst_gap(double bytes_per_second) const;
  /// What the handler did that it may not, one sentence each.
  [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

 private:
  struct Arrival {
    base::TimePoint at;
    std::size_t bytes = 0;  ///< All that have come by then.
  };

  void check(bool allowed, std::string what);

  runtime::Clock& clock_;
  double bytes_per_second_;
  unsigned status_ = 0;
  http::Headers headers_;
  std::string body_;
  std::vector<Arrival> arrivals_;
  End end_ = End::kOpen;
  bool gone_ = false;
  bool returned_ = false;
  std::move_only_function<void()> when_gone_;
  std::vector<std::string> faults_;
};

}  // namespace antiphon::gateway::simulation
