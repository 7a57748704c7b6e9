#pragma once

#include <gtest/gtest.h>

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/tone/tone_engine.h"
#include "process/socket.h"
#include "worker/link.h"
#include "worker/worker.h"

/// What the worker's tests share: the gateway's end of a socket, and an engine that does as it is told.
namespace antiphon::worker {

/// A worker in a thread of this process, seen from the gateway.
class TestGateway {
 public:
  explicit TestGateway(Engines engines, Options options = {}) {
    auto pair = process::socket_pair();
    EXPECT_TRUE(pair);
    link_ = std::make_unique<Link>(std::move(pair->first));
    options.socket = std::move(pair->second);
    options.engines = std::move(engines);
    thread_ = std::thread([this, given = std::move(options)]() mutable { status_ = run(std::move(given)); });
  }
  ~TestGateway() { static_cast<void>(close()); }
  TestGateway(const TestGateway&) = delete;
  TestGateway& operator=(const TestGateway&) = delete;

  Link& link() { return *link_; }

  /// Ends the connection and returns the worker's exit status.
  int close() {
    if (thread_.joinable()) {
      link_->shutdown();
      thread_.join();
    }
    return status_;
  }

 private:
  std::unique_ptr<Link> link_;
  int status_ = -1;
  std::thread thread_;
};

inline void send(Link& link, const wire::Message& message) {
  ASSERT_EQ(link.send(message), Sent::kSent) << wire::name_of(message);
}

/// The next message, which must be a `Body`.
template <class Body>
Body expect(Link& link) {
  auto message = link.receive();
  EXPECT_TRUE(message) << message.error().message;
  if (!message || !*message) {
    ADD_FAILURE() << "the worker is gone";
    return {};
  }
  if (auto* failed = std::get_if<wire::Failed>(&**message); failed != nullptr && !std::is_same_v<Body, wire::Failed>) {
    ADD_FAILURE() << "Failed: " << failed->message;
  }
  if (auto* body = std::get_if<Body>(&**message)) return std::move(*body);
  ADD_FAILURE() << "unexpected " << wire::name_of(**message);
  return {};
}

constexpr std::uint32_t kEpoch = 7;

inline wire::Ready greet(Link& link) {
  send(link, wire::Hello{.worker_id = 1, .epoch = kEpoch});
  return expect<wire::Ready>(link);
}

/// A folder that is removed at the end.
class TestFolder {
 public:
  explicit TestFolder(const std::string& name)
      : path_(std::filesystem::temp_directory_path() / ("antiphon-" + name + "-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline Engines tone_engines() {
  Engines engines;
  engines.push_back(engine::tone::make_tone_engine());
  return engines;
}

/// Gives and takes turns between a test and an engine, without time.
class Turnstile {
 public:
  void let_pass(int n = 1) {
    const std::lock_guard lock(mutex_);
    passes_ += n;
    news_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    news_.wait(lock, [this] { return passes_ > 0; });
    --passes_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable news_;
  int passes_ = 0;
};

}  // namespace antiphon::worker
