#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>

#include "http/responder.h"

namespace antiphon::api {

/// Keeps what a handler answers.
class TestResponder final : public http::Responder {
 public:
  enum class End : std::uint8_t { kOpen, kAnswered, kFinished, kAborted };

  runtime::Awaitable<bool> respond(http::Response response) override {
    body = std::exchange(response.body, {});
    head = std::move(response);
    end = End::kAnswered;
    co_return true;
  }
  runtime::Awaitable<bool> start(http::Response response) override {
    head = std::move(response);
    streaming_ = true;
    co_return true;
  }
  runtime::Awaitable<bool> write(std::span<const std::byte> bytes) override {
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    co_return true;
  }
  runtime::Awaitable<bool> finish() override {
    end = End::kFinished;
    co_return true;
  }
  void abort() override { end = End::kAborted; }
  void cut() override { end = End::kAborted; }
  void on_gone(std::move_only_function<void()> /*callback*/) override {}
  [[nodiscard]] bool gone() const override { return false; }
  [[nodiscard]] bool started() const override { return streaming_ || end != End::kOpen; }

  http::Response head;
  std::string body;
  End end = End::kOpen;

 private:
  bool streaming_ = false;
};

}  // namespace antiphon::api
