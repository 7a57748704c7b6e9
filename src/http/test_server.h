#pragma once

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "http/server.h"
#include "runtime/manual_clock.h"
#include "runtime/task_group.h"
#include "runtime/test_loop.h"

namespace antiphon::http {

/// A server over real sockets, whose time stands still unless a test moves it.
class ServerTest : public testing::Test {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  static constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

  /// On a free port, whatever `options` say; errors of the edge have their message as the body.
  void make(ServerOptions options, Handler handler) {
    options.port = 0;
    options.observer = [this](const Answer& answer) { answers_.push_back(told(answer)); };
    server_ = std::make_unique<Server>(context_.get_executor(), clock_, std::move(options), std::move(handler),
                                       [](const EdgeError& error, const Request*) {
                                         return Response{.status = protocol::row_of(error.code).openai.status,
                                                         .body = error.message};
                                       });
  }
  void start() { endpoint_ = server_->start().value(); }

  runtime::Awaitable<> connect(Socket& socket) {
    const boost::asio::ip::tcp::endpoint there(boost::asio::ip::make_address(endpoint_.address), endpoint_.port);
    const auto [error] = co_await socket.async_connect(there, kAwait);
    EXPECT_FALSE(error);
  }
  runtime::Awaitable<Socket> connect() {
    Socket socket(context_);
    co_await connect(socket);
    co_return socket;
  }

  /// Lets the loop do what is ready, with time standing still, until `happened`.
  runtime::Awaitable<bool> wait_for(std::function<bool()> happened) {
    boost::asio::steady_timer pause(context_);
    for (int i = 0; i < 2'000 && !happened(); ++i) {
      pause.expires_after(std::chrono::milliseconds(1));
      co_await pause.async_wait(kAwait);
    }
    co_return happened();
  }

  /// Runs `test` with the server, then drains the server; fails when that takes longer than 20 s.
  void run(runtime::Awaitable<> test) {
    runtime::TaskGroup group(context_.get_executor());
    group.spawn(then_drain(std::move(test)));
    ASSERT_TRUE(runtime::run_until(
        context_, [&] { return group.size() == 0; }, std::chrono::seconds(20)))
        << "it hangs";
  }

  boost::asio::io_context context_;
  runtime::ManualClock clock_;
  Endpoint endpoint_;
  std::unique_ptr<Server> server_;
  std::vector<std::string> answers_;  ///< All that the observer was told: METHOD PATH STATUS END BYTES.

 private:
  static std::string told(const Answer& answer) {
    const auto* const request = answer.request;
    const auto what = request == nullptr ? std::string("-") : request->method + " " + request->path;
    const auto* const end = answer.end == Answer::End::kComplete ? "complete" : "cut";
    return what + " " + std::to_string(answer.status) + " " + end + " " + std::to_string(answer.body_bytes);
  }

  runtime::Awaitable<> then_drain(runtime::Awaitable<> test) {
    co_await std::move(test);
    co_await server_->drain(clock_.now() + std::chrono::seconds(10));
  }
};

}  // namespace antiphon::http
