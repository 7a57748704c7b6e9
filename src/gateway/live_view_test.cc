#include "gateway/live_view.h"

#include <gtest/gtest.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <list>
#include <nlohmann/json.hpp>
#include <optional>

#include "dispatch/test_cell.h"
#include "gateway/test_server.h"
#include "runtime/event.h"

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;

/// A client that takes what it is sent only while `takes`.
class Client final : public http::Responder {
 public:
  explicit Client(const runtime::Executor& executor) : news_(executor) {}

  runtime::Awaitable<bool> respond(http::Response response) override {
    status = response.status;
    co_return true;
  }
  runtime::Awaitable<bool> start(http::Response head) override {
    status = head.status;
    co_return true;
  }
  runtime::Awaitable<bool> write(std::span<const std::byte> bytes) override {
    ++offered;
    while (!takes && !cut_off) {
      if (!co_await news_.wait()) co_return false;
    }
    if (cut_off) co_return false;
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    co_return true;
  }
  runtime::Awaitable<bool> finish() override {
    finished = true;
    co_return true;
  }
  void abort() override {}
  void cut() override {
    cut_off = true;
    news_.notify_all();
  }
  void on_gone(std::move_only_function<void()> callback) override { on_gone_ = std::move(callback); }
  [[nodiscard]] bool gone() const override { return cut_off; }
  [[nodiscard]] bool started() const override { return status != 0; }

  void take() {
    takes = true;
    news_.notify_all();
  }
  void leave() {
    cut_off = true;
    on_gone_();
  }
  /// The data of the events that came, in their order.
  [[nodiscard]] std::vector<nlohmann::json> events() const {
    std::vector<nlohmann::json> events;
    constexpr std::string_view kData = "\ndata: ";
    for (auto at = body.find(kData); at != std::string::npos; at = body.find(kData, at + 1)) {
      const auto begin = at + kData.size();
      events.push_back(nlohmann::json::parse(body.substr(begin, body.find('\n', begin) - begin)));
    }
    return events;
  }

  std::string body;
  unsigned status = 0;
  std::size_t offered = 0;  ///< Writes.
  bool takes = true;
  bool finished = false;
  bool cut_off = false;

 private:
  runtime::Notifier news_;
  std::move_only_function<void()> on_gone_;
};

class LiveViewTest : public dispatch::CellTest {
 protected:
  void SetUp() override {
    dispatch::CellTest::SetUp();
    make_cell({}, 1);
    ASSERT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
    view_.emplace(*cell_, clock_, LiveViewOptions{.subscribers = 2});
  }
  void TearDown() override {
    view_->end_all();
    EXPECT_TRUE(run_while_not([&] { return group_.size() == 0; }));
    dispatch::CellTest::TearDown();
  }

  /// One that lives until the test has ended.
  Client& make_client() { return clients_.emplace_back(context_.get_executor()); }
  void watch(Client& client) { group_.spawn(view_->send_streams(request_, client, "id")); }
  void watch_workers(Client& client) { group_.spawn(view_->send_workers(request_, client, "id")); }
  bool run_for(base::Duration time) {
    return run_while_not([this, end = clock_.now() + time] { return clock_.now() >= end; });
  }

  http::Request request_{.method = "GET"};
  std::list<Client> clients_;
  std::optional<LiveView> view_;
  runtime::TaskGroup group_{context_.get_executor()};
};

TEST_F(LiveViewTest, ASnapshotComesEachQuarterSecondUntilTheClientLeaves) {
  auto& client = make_client();
  watch(client);
  ASSERT_TRUE(run_while_not([&] { return client.events().size() == 5; }));
  EXPECT_EQ(client.status, 200U);
  EXPECT_TRUE(client.body.starts_with("retry: 1000\n\n"));
  EXPECT_EQ(client.events().back().at("time_s"), 1.0);
  client.leave();
  EXPECT_TRUE(run_while_not([&] { return group_.size() == 0; }));
}

TEST_F(LiveViewTest, AStreamIsSeenToItsEndWithoutItsText) {
  auto& client = make_client();
  watch(client);
  auto asked = spec(dispatch::kLong, 4'711);
  const auto stream = cell_->open(asked);
  const auto pcm = listen(*stream);
  ASSERT_TRUE(run_for(500ms));
  double audio = 0;
  std::size_t plans = 0;
  for (const auto& event : client.events()) {
    for (const auto& grain : event.at("grains")) {
      EXPECT_GE(grain.at("begin_s"), 0);
      if (grain.at("kind") == "plan") ++plans;
      if (grain.at("kind") == "chunk") audio += grain.at("audio_s").get<double>();
    }
  }
  const auto last = client.events().back();
  ASSERT_EQ(last.at("streams").size(), 1U);
  EXPECT_EQ(last.at("streams_total"), 1);
  EXPECT_EQ(last.at("streams")[0].at("state"), "ending");
  EXPECT_EQ(last.at("streams")[0].at("user").get<std::string>().size(), 8U);
  EXPECT_GE(plans, 2U);
  EXPECT_GT(audio, 1.0);
  EXPECT_LE(audio, base::to_seconds(base::playing_time({pcm.size()}, dispatch::kRate)) + 0.01);
  EXPECT_EQ(client.body.find("voice begins"), std::string::npos) << "no text of a user";
  EXPECT_EQ(client.body.find("4711"), std::string::npos) << "nor the user";
}

TEST_F(LiveViewTest, ASlowClientGetsFewerSnapshotsAndNothingQueues) {
  auto& slow = make_client();
  watch(slow);
  ASSERT_TRUE(run_while_not([&] { return slow.events().size() == 1; }));
  slow.takes = false;
  ASSERT_TRUE(run_for(10s));
  const auto offered = slow.offered;
  ASSERT_TRUE(run_for(10s));
  EXPECT_EQ(slow.offered, offered) << "no other snapshot before the last one was taken";
  slow.take();
  ASSERT_TRUE(run_while_not([&] { return slow.events().size() == 3; }));
  EXPECT_GE(slow.events().back().at("time_s"), 20.0) << "what comes then is new";
}

TEST_F(LiveViewTest, ClientsAboveTheCapAreRefusedUntilOneLeaves) {
  auto& first = make_client();
  auto& second = make_client();
  auto& third = make_client();
  watch(first);
  watch_workers(second);
  ASSERT_TRUE(run_while_not([&] { return second.status == 200; }));
  watch(third);
  ASSERT_TRUE(run_while_not([&] { return third.status != 0; }));
  EXPECT_EQ(third.status, 503U);
  first.leave();
  ASSERT_TRUE(run_while_not([&] { return group_.size() == 1; }));
  auto& fourth = make_client();
  watch(fourth);
  ASSERT_TRUE(run_while_not([&] { return fourth.status != 0; }));
  EXPECT_EQ(fourth.status, 200U);
  view_->end_all();
  ASSERT_TRUE(run_while_not([&] { return group_.size() == 0; }));
  EXPECT_TRUE(second.finished && fourth.finished);
}

TEST_F(LiveViewTest, ADrainEndsThemAndCutsThoseThatTakeNothing) {
  auto& quick = make_client();
  auto& stuck = make_client();
  watch(quick);
  watch(stuck);
  ASSERT_TRUE(run_while_not([&] { return quick.events().size() == 1; }));
  stuck.takes = false;
  ASSERT_TRUE(run_for(1s));
  view_->drain();
  ASSERT_TRUE(run_while_not([&] { return group_.size() == 0; }));
  EXPECT_TRUE(quick.finished);
  EXPECT_TRUE(stuck.cut_off);
  auto& late = make_client();
  watch(late);
  ASSERT_TRUE(run_while_not([&] { return late.status != 0; }));
  EXPECT_EQ(late.status, 503U);
}

TEST_F(LiveViewTest, AWorkerIsSeenWithWhatItDoes) {
  auto& client = make_client();
  watch_workers(client);
  const auto stream = cell_->open(spec(dispatch::kLong));
  (void)listen(*stream);
  ASSERT_TRUE(run_for(500ms));
  const auto worker = client.events().back().at("workers").at(0);
  EXPECT_EQ(worker.at("kind"), "local");
  EXPECT_EQ(worker.at("state"), "ready");
  EXPECT_EQ(worker.at("voices"), nlohmann::json::array({"tone"}));
  EXPECT_GE(worker.at("jobs_done"), 4);
}

TEST_F(LiveViewTest, ARefusalIsSeenWithItsReason) {
  auto& client = make_client();
  watch(client);
  ASSERT_TRUE(run_while_not([&] { return client.events().size() == 1; }));
  std::vector<dispatch::Cell::Handle> crowd;
  for (std::uint64_t i = 0; i < 3; ++i) {
    auto asked = spec(dispatch::kLong, 1);
    asked.account = base::UserId{1};
    asked.max_streams = 1;
    asked.wait = {};
    crowd.push_back(cell_->open(std::move(asked)));
  }
  ASSERT_TRUE(run_while_not([&] { return client.events().size() == 3; }));
  std::vector<std::string> reasons;
  for (const auto& event : client.events()) {
    for (const auto& refusal : event.at("refusals")) reasons.push_back(refusal.at("reason"));
  }
  EXPECT_EQ(reasons, (std::vector<std::string>{"account_limit", "account_limit"}));
}

class LiveServerTest : public ServerTest {
 protected:
  void SetUp() override {}

  /// Connects `socket`, whose buffer is small, and asks for events. Returns the status.
  std::string watch(boost::asio::ip::tcp::socket& socket) const {
    constexpr int kSmall = 4096;
    socket.open(boost::asio::ip::tcp::v4());
    socket.set_option(boost::asio::socket_base::receive_buffer_size(kSmall));
    socket.connect({boost::asio::ip::address_v4::loopback(), port_});
    boost::asio::write(socket, boost::asio::buffer(std::string("GET /v1/streams/events HTTP/1.1\r\nHost: localhost\r\n"
                                                               "\r\n")));
    std::array<char, 12> begin{};
    boost::asio::read(socket, boost::asio::buffer(begin));
    return {begin.begin() + 9, begin.end()};
  }
};

TEST_F(LiveServerTest, AClientThatTakesNothingLosesItsPlace) {
  start({}, [](ServerOptions& options) {
    options.live = {.subscribers = 1, .interval = 50us};  // so that the system's buffers are full soon
    options.http.write_timeout = 500ms;
  });
  boost::asio::io_context context;
  boost::asio::ip::tcp::socket deaf(context);
  EXPECT_EQ(watch(deaf), "200");
  const auto status = [&] {
    boost::asio::ip::tcp::socket socket(context);
    return watch(socket);
  };
  EXPECT_EQ(status(), "503");
  EXPECT_TRUE(eventually([&] { return status() == "200"; }));
}

}  // namespace
}  // namespace antiphon::gateway
