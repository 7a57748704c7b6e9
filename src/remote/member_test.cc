#include "remote/member.h"

#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "remote/test_loop.h"
#include "runtime/clock.h"
#include "runtime/task_group.h"

namespace antiphon::remote {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;
using runtime::Awaitable;

/// A member whose gateway is the test: it hears each Join and answers it with what the test has prepared.
class MemberTest : public LoopTest {
 protected:
  void SetUp() override {
    member_.emplace(
        context_.get_executor(), clock_, nullptr, watch_,
        MemberOptions{.gateway = {.host = "127.0.0.1", .port = acceptor_.local_endpoint().port(), .encrypted = false},
                      .id = "attic/1",
                      .incarnation = 5,
                      .program = {.executable = "/bin/sh", .arguments = {"-c", "exec sleep 1000"}},
                      .store = [] { return std::vector<StoredVoice>{}; },
                      .backoff = {.first = 1ms, .cap = 1ms}});
    gateway_.spawn(accept());
    tasks_.spawn([](MemberTest& t) -> Awaitable<> { t.superseded_ = co_await t.member_->run(); }(*this));
  }
  void TearDown() override {
    gateway_.cancel();
    tasks_.cancel();
    until([this] { return gateway_.size() == 0 && tasks_.size() == 0; });
  }

  /// Answers the next ones in that order, and then no more.
  Awaitable<> accept() {
    while (!co_await runtime::is_cancelled()) {
      boost::system::error_code error;
      auto socket = co_await acceptor_.async_accept(boost::asio::redirect_error(boost::asio::use_awaitable, error));
      if (error) co_return;
      link::MessageStream stream(context_.get_executor(), clock_, link::make_byte_stream(std::move(socket)));
      const auto message = co_await stream.receive();
      const auto* const join = message ? std::get_if<wire::Join>(&*message) : nullptr;
      if (join == nullptr) co_return;
      joins_.push_back(*join);
      if (joins_.size() > answers_.size()) co_return;
      for (const auto& answer : answers_[joins_.size() - 1]) stream.send(answer);
      stream.finish();
      static_cast<void>(co_await stream.write());
    }
  }

  static wire::Refused superseded() {
    return {.code = static_cast<std::uint8_t>(wire::Refusal::kSuperseded), .reason = "a newer one"};
  }

  runtime::SystemClock clock_;
  StallMonitor watch_{context_.get_executor(), clock_, {}};
  tcp::acceptor acceptor_{context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
  std::vector<std::vector<wire::Message>> answers_;  ///< To each Join.
  std::vector<wire::Join> joins_;
  std::optional<Member> member_;
  std::optional<bool> superseded_;
  runtime::TaskGroup gateway_{context_.get_executor()};
  runtime::TaskGroup tasks_{context_.get_executor()};
};

TEST_F(MemberTest, ComesBackUnderTheNumberThatItWasWelcomedWith) {
  answers_ = {{wire::Welcome{.kernel = "voice", .incarnation = 9}}};
  until([this] { return joins_.size() == 2; });
  EXPECT_EQ(joins_[0].incarnation, 5U);
  EXPECT_FALSE(joins_[0].returning);
  EXPECT_EQ(joins_[1].incarnation, 9U);
  EXPECT_TRUE(joins_[1].returning);
}

TEST_F(MemberTest, WhoWasWelcomedAndIsSupersededEnds) {
  answers_ = {{wire::Welcome{.kernel = "voice", .incarnation = 5}}, {superseded()}};
  until([this] { return superseded_.has_value(); });
  EXPECT_TRUE(*superseded_);
  EXPECT_EQ(joins_.size(), 2U);
}

TEST_F(MemberTest, WhoIsSupersededWhileItServesEnds) {
  answers_ = {{wire::Welcome{.kernel = "voice", .incarnation = 5}, superseded()}};
  until([this] { return superseded_.has_value(); });
  EXPECT_TRUE(*superseded_);
}

TEST_F(MemberTest, WhoWasNeverWelcomedIsNotSuperseded) {
  answers_ = {{superseded()}, {superseded()}};
  until([this] { return joins_.size() == 3; });
  EXPECT_FALSE(superseded_);
  EXPECT_FALSE(joins_[2].returning);
}

}  // namespace
}  // namespace antiphon::remote
