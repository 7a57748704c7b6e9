#include "redis/client.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "runtime/task_group.h"
#include "runtime/test_loop.h"

namespace antiphon::redis {
namespace {

using boost::asio::ip::tcp;
constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);
constexpr auto kLimit = std::chrono::seconds(30);

/// A client and a server that says what the test tells it to, on one loop.
class ClientTest : public testing::Test {
 public:
  ~ClientTest() override {
    tasks_.cancel();
    EXPECT_TRUE(runtime::run_until(context_, [&] { return tasks_.size() == 0; }, kLimit));
  }

 protected:
  ClientTest() : acceptor_(context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)), tasks_(executor()) {}

  runtime::Executor executor() { return context_.get_executor(); }

  void start(ClientOptions options = {}) {
    options.url.endpoints = {{.host = "127.0.0.1", .port = acceptor_.local_endpoint().port()}};
    options.backoff.first = std::chrono::milliseconds(1);
    client_.emplace(executor(), clock_, nullptr, std::move(options));
    client_->on_change([this](const std::string& reason) { changes_.push_back(reason); });
    tasks_.spawn(serve());
    tasks_.spawn(client_->run());
  }

  bool run_until(const std::function<bool()>& condition) { return runtime::run_until(context_, condition, kLimit); }
  bool connect() {
    return run_until([&] { return client_->connected(); });
  }

  /// Answers the first command of each connection, the client's PING, and whatever comes later with `answer_`.
  runtime::Awaitable<> serve() {
    while (!co_await runtime::is_cancelled()) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwait);
      if (error) co_return;
      ++connections_;
      std::string answer = "+PONG\r\n";
      for (;;) {
        std::array<char, 4096> buffer{};
        const auto [ended, size] = co_await socket.async_read_some(boost::asio::buffer(buffer), kAwait);
        if (ended) break;
        heard_.append(buffer.data(), size);
        const auto [failed, written] = co_await boost::asio::async_write(socket, boost::asio::buffer(answer), kAwait);
        if (failed) break;
        answer = answer_;
      }
    }
  }

  boost::asio::io_context context_;
  runtime::SystemClock clock_;
  tcp::acceptor acceptor_;
  std::string answer_;
  std::string heard_;
  int connections_ = 0;
  std::vector<std::string> changes_;
  std::optional<Client> client_;
  runtime::TaskGroup tasks_;
};

TEST_F(ClientTest, AnswersReachTheirCommandsInOrder) {
  answer_ = ":1\r\n-ERR two\r\n:3\r\n";
  start();
  ASSERT_TRUE(connect());
  std::vector<Result<Reply>> answers;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(client_->send({"GET", "x"}, [&](Result<Reply> reply) { answers.push_back(std::move(reply)); }));
  }
  EXPECT_TRUE(answers.empty());
  ASSERT_TRUE(run_until([&] { return answers.size() == 3; }));
  EXPECT_EQ(answers[0]->integer, 1);
  ASSERT_FALSE(answers[1]);
  EXPECT_EQ(answers[1].error().code, Errc::kRefused);
  EXPECT_EQ(answers[1].error().message, "ERR two");
  EXPECT_EQ(answers[2]->integer, 3);
  EXPECT_EQ(client_->waiting(), 0U);
}

TEST_F(ClientTest, SeveralAnswersComeTogetherOrNotAtAll) {
  answer_ = ":1\r\n:2\r\n";
  start({.max_commands = 2});
  ASSERT_TRUE(connect());
  std::vector<Result<std::vector<Reply>>> answers;
  const auto ask = [](Client& client, std::size_t count, auto& kept) -> runtime::Awaitable<> {
    kept.push_back(co_await client.ask_all(std::vector<Command>(count, {"GET", "x"})));
  };
  tasks_.spawn(ask(*client_, 2, answers));
  ASSERT_TRUE(run_until([&] { return answers.size() == 1; }));
  ASSERT_TRUE(answers[0]);
  EXPECT_EQ(answers[0]->at(1).integer, 2);
  tasks_.spawn(ask(*client_, 3, answers));
  ASSERT_TRUE(run_until([&] { return answers.size() == 2; }));
  EXPECT_EQ(answers[1].error().code, Errc::kFull);
  tasks_.spawn(ask(*client_, 0, answers));
  ASSERT_TRUE(run_until([&] { return answers.size() == 3; }));
  EXPECT_TRUE(answers[2]->empty());
}

TEST_F(ClientTest, AFullQueueRefusesAndForgetsNothing) {
  start({.max_commands = 2, .max_bytes = 100});
  ASSERT_TRUE(connect());
  int answered = 0;
  const auto count = [&](const Result<Reply>&) { ++answered; };
  EXPECT_EQ(client_->send({"SET", std::string(200, 'x')}, count).error().code, Errc::kFull);
  EXPECT_TRUE(client_->send({"GET", "x"}, count));
  EXPECT_TRUE(client_->send({"GET", "x"}, count));
  EXPECT_EQ(client_->send({"GET", "x"}, count).error().code, Errc::kFull);
  client_->reconnect("test");
  ASSERT_TRUE(run_until([&] { return answered == 2; }));
}

TEST_F(ClientTest, GarbageFailsWhatWaitsAndTheConnectionIsMadeAnew) {
  answer_ = "HTTP/1.1 400 Bad Request\r\n";
  start();
  ASSERT_TRUE(connect());
  std::optional<Result<Reply>> answer;
  ASSERT_TRUE(client_->send({"GET", "x"}, [&](Result<Reply> reply) { answer = std::move(reply); }));
  ASSERT_TRUE(run_until([&] { return answer.has_value(); }));
  EXPECT_EQ(answer->error().code, Errc::kUnavailable);
  EXPECT_FALSE(client_->send({"GET", "x"}, [](const Result<Reply>&) {}));
  ASSERT_TRUE(connect());
  EXPECT_EQ(connections_, 2);
  ASSERT_EQ(changes_.size(), 3U);
  EXPECT_EQ(changes_[0], "");
  EXPECT_NE(changes_[1], "");
  EXPECT_EQ(changes_[2], "");
}

TEST_F(ClientTest, ASilentServerIsGivenUp) {
  start({.timeout = std::chrono::milliseconds(200)});
  ASSERT_TRUE(connect());
  std::optional<Result<Reply>> answer;
  ASSERT_TRUE(client_->send({"GET", "x"}, [&](Result<Reply> reply) { answer = std::move(reply); }));
  ASSERT_TRUE(run_until([&] { return answer.has_value(); }));
  EXPECT_EQ(answer->error().code, Errc::kUnavailable);
}

TEST_F(ClientTest, AReplicaIsNotWrittenTo) {
  answer_ = "-READONLY You can't write against a read only replica.\r\n";
  start();
  ASSERT_TRUE(connect());
  std::optional<Result<Reply>> answer;
  ASSERT_TRUE(client_->send({"SET", "x", "y"}, [&](Result<Reply> reply) { answer = std::move(reply); }));
  ASSERT_TRUE(run_until([&] { return answer.has_value() && connections_ == 2; }));
  EXPECT_EQ(answer->error().code, Errc::kRefused);
}

}  // namespace
}  // namespace antiphon::redis
