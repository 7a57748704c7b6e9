#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <functional>
#include <future>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "engine/tone/manifest.h"
#include "gateway/server.h"
#include "gateway/test_client.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"

namespace antiphon::gateway {

using namespace std::chrono_literals;  // NOLINT(google-global-names-in-headers): of tests alone

inline const std::string kText =
    "The first voice begins before the sentence is finished. The second never waits for it to end!";

/// The body of a request for speech by the voice `tone`.
inline std::string speech(const std::string& format, std::uint64_t seed = 0, const std::string& text = kText) {
  return nlohmann::json{
      {"model", "tts-1"}, {"input", text}, {"voice", "tone"}, {"response_format", format}, {"seed", seed}}
      .dump();
}

/// A server on a free port, its event loop on a thread of its own.
class ServerTest : public testing::Test {
 protected:
  void SetUp() override { start({}); }

  void TearDown() override {
    if (server_) stop();
    std::filesystem::remove_all(folder_);
  }

  /// Serves one voice of tones with two workers, after `adjust` had its way with the options.
  void start(engine::tone::ToneManifest manifest, const std::function<void(ServerOptions&)>& adjust = {}) {
    folder_ = std::filesystem::path(testing::TempDir()) / ("server_test_" + std::to_string(::getpid()));
    ASSERT_TRUE(engine::tone::write_tone_voice(folder_, manifest).has_value());
    ServerOptions options;
    options.http.port = 0;
    options.cell.pool = {.least = 2, .most = 2, .spare = worker_pool::Spare::kOff};
    options.cell.worker = {.executable = ANTIPHON_TEST_WORKER, .arguments = {}};
    options.voices.push_back({.id = "tone",
                              .engine = "tone",
                              .language = "en-US",
                              .speakers = manifest.speakers,
                              .rate = {manifest.sample_rate},
                              .folder = folder_});
    options.aliases = {{"alloy", "tone"}};
    if (adjust) adjust(options);
    server_ = std::make_unique<Server>(context_.get_executor(), clock_, std::move(options));
    tasks_ = std::make_unique<runtime::TaskGroup>(context_.get_executor());
    const auto endpoint = server_->start();
    ASSERT_TRUE(endpoint.has_value()) << endpoint.error().message;
    port_ = endpoint->port;
    loop_ = std::thread([this] { context_.run(); });
    ASSERT_TRUE(await([this] { return until_ready(*server_); }));
  }

  void stop() {
    EXPECT_TRUE(await([this] { return server_->stop(clock_.now() + 30s); }));
    work_.reset();
    loop_.join();
    tasks_.reset();
    server_.reset();
  }

  static runtime::Awaitable<> until_ready(Server& server) { co_await server.wait_ready(); }

  /// Runs the coroutine that `task` returns on the event loop; false when it takes longer than a minute.
  template <class Task>
  bool await(Task task) {
    return begin(std::move(task)).wait_for(60s) == std::future_status::ready;
  }

  template <class Task>
  std::future<void> begin(Task task) {
    auto done = std::make_shared<std::promise<void>>();
    auto future = done->get_future();
    boost::asio::post(context_, [this, task = std::move(task), done]() mutable {
      tasks_->spawn([](Task work, std::shared_ptr<std::promise<void>> promise) -> runtime::Awaitable<> {
        co_await work();
        promise->set_value();
      }(std::move(task), std::move(done)));
    });
    return future;
  }

  /// False where it does not become so within half a minute.
  bool eventually(const std::function<bool()>& condition) {
    const auto deadline = clock_.now() + 30s;
    while (!condition()) {
      if (clock_.now() > deadline) return false;
      std::this_thread::yield();
    }
    return true;
  }

  [[nodiscard]] nlohmann::json health() const { return nlohmann::json::parse(ask(port_, "GET", "/healthz").body); }

  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{context_.get_executor()};
  runtime::SystemClock clock_;
  std::filesystem::path folder_;
  std::unique_ptr<runtime::TaskGroup> tasks_;
  std::unique_ptr<Server> server_;
  std::thread loop_;
  std::uint16_t port_ = 0;
};

}  // namespace antiphon::gateway
