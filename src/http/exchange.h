#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "http/answer.h"
#include "http/connection.h"
#include "http/request_parser.h"
#include "http/responder.h"

namespace antiphon::http {

/// One request's answer on its connection.
class Exchange final : public Responder {
 public:
  Exchange(Connection& connection, const RequestParser& parser, const Request& request)
      : connection_(connection),
        parser_(parser),
        request_(request),
        head_only_(request.method == "HEAD"),
        cors_(cors_fields(connection.context_.options.edge, request)) {}

  runtime::Awaitable<bool> respond(Response response) override;
  runtime::Awaitable<bool> start(Response head) override;
  runtime::Awaitable<bool> write(std::span<const std::byte> bytes) override;
  runtime::Awaitable<bool> finish() override;
  void abort() override;
  void cut() override { connection_.cut(); }
  void guard_writes(std::function<runtime::Awaitable<bool>()> may_go_on) override {
    connection_.guard_writes(std::move(may_go_on));
  }
  runtime::Awaitable<std::unique_ptr<WebSocket>> upgrade(WebSocketOptions options) override;
  void on_gone(std::move_only_function<void()> callback) override;
  [[nodiscard]] bool gone() const override { return connection_.gone_; }
  [[nodiscard]] bool started() const override { return phase_ != Phase::kIdle; }
  /// What became of it; once it has started.
  [[nodiscard]] Answer answer() const;
  /// Whether the handler left the body open.
  [[nodiscard]] bool streaming() const { return phase_ == Phase::kStreaming; }

 private:
  enum class Phase : std::uint8_t { kIdle, kStreaming, kEnded };

  /// What the answer's head decides: whether a body follows, and whether another request may. Adds what lets pages
  /// of other origins read it.
  void judge_head(Response& response);
  /// Keeps whether all was taken.
  bool note(bool taken) {
    cut_ = cut_ || !taken;
    return taken;
  }

  Connection& connection_;
  const RequestParser& parser_;
  const Request& request_;
  bool head_only_;  ///< The answer to HEAD, or of a status without a body.
  std::vector<Headers::Field> cors_;
  Answer::Kind kind_ = Answer::Kind::kWhole;
  unsigned status_ = 0;
  std::string request_id_;
  std::uint64_t body_bytes_ = 0;
  bool cut_ = false;
  Phase phase_ = Phase::kIdle;
};

}  // namespace antiphon::http
