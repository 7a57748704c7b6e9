// Against a collector within the test's process, over the loopback.
#include "tracing/otlp_exporter.h"

#include <gtest/gtest.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "runtime/task_group.h"

namespace antiphon::tracing {
namespace {

using boost::asio::ip::tcp;
namespace http = boost::beast::http;
constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

class OtlpExporterTest : public testing::Test {
 protected:
  /// Answers one request after the other with these statuses, and keeps what came.
  runtime::Awaitable<> collect(std::vector<unsigned> statuses) {
    for (const auto status : statuses) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwait);
      boost::beast::flat_buffer buffer;
      http::request<http::string_body> request;
      co_await http::async_read(socket, buffer, request, kAwait);
      bodies_.push_back(request.body());
      EXPECT_EQ(request.target(), "/v1/traces");
      EXPECT_EQ(request[http::field::content_type], "application/json");
      http::response<http::empty_body> response(static_cast<http::status>(status), request.version());
      response.prepare_payload();
      co_await http::async_write(socket, response, kAwait);
    }
    tasks_.cancel();
  }

  /// Exports so many spans to a collector that answers so, until it has.
  void run(std::size_t spans, std::vector<unsigned> statuses) {
    for (std::size_t i = 0; i < spans; ++i) exporter_.add({.trace = {.high = 1, .low = i + 1}, .id = {i + 1}});
    tasks_.spawn(exporter_.run());
    tasks_.spawn(collect(std::move(statuses)));
    context_.run();
  }

  [[nodiscard]] bool counted(std::string_view result, int spans) const {
    return registry_.text().contains("antiphon_trace_spans_total{result=\"" + std::string(result) + "\"} " +
                                     std::to_string(spans) + "\n");
  }

  boost::asio::io_context context_;
  runtime::SystemClock clock_;
  metrics::Registry registry_;
  tcp::acceptor acceptor_{context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
  OtlpExporter exporter_{context_.get_executor(),
                         clock_,
                         registry_,
                         {.collector = {.host = "127.0.0.1", .port = acceptor_.local_endpoint().port()}}};
  std::vector<std::string> bodies_;
  runtime::TaskGroup tasks_{context_.get_executor()};
};

TEST_F(OtlpExporterTest, SpansGoInBatches) {
  run(200, {200, 200});
  std::size_t spans = 0;
  for (const auto& body : bodies_) {
    spans += nlohmann::json::parse(body)["resourceSpans"][0]["scopeSpans"][0]["spans"].size();
  }
  EXPECT_EQ(spans, 200U);
  EXPECT_EQ(exporter_.waiting(), 0U);
}

TEST_F(OtlpExporterTest, ABatchThatIsNotTakenNowIsSentAgain) {
  run(2, {503, 200});
  ASSERT_EQ(bodies_.size(), 2U);
  EXPECT_EQ(nlohmann::json::parse(bodies_[0])["resourceSpans"][0]["scopeSpans"][0]["spans"].size(), 2U);
}

TEST_F(OtlpExporterTest, ABatchThatIsRefusedIsLostAndCounted) {
  for (int i = 0; i < 2; ++i) exporter_.add({.trace = {.low = 1}, .id = {1}});
  tasks_.spawn(collect({400}));
  tasks_.spawn(exporter_.flush());
  context_.run();
  EXPECT_TRUE(counted("failed", 2)) << registry_.text();
  EXPECT_TRUE(counted("exported", 0));
}

TEST_F(OtlpExporterTest, WithoutACollectorTheRestIsGivenUpAtOnce) {
  acceptor_.close();
  for (int i = 0; i < 300; ++i) exporter_.add({.trace = {.low = 1}, .id = {1}});
  tasks_.spawn(exporter_.flush());
  context_.run();
  EXPECT_TRUE(counted("failed", 128)) << registry_.text();
}

TEST_F(OtlpExporterTest, ACollectorThatWasNotReachedIsNotAskedAgainAtTheEnd) {
  acceptor_.close();
  for (int i = 0; i < 300; ++i) exporter_.add({.trace = {.low = 1}, .id = {1}});
  tasks_.spawn(exporter_.run());
  while (exporter_.waiting() == 300) context_.run_one();
  tasks_.cancel();
  context_.run();
  ASSERT_EQ(exporter_.waiting(), 172U) << "one batch was tried";
  context_.restart();
  runtime::TaskGroup end(context_.get_executor());
  end.spawn(exporter_.flush());
  context_.run();
  EXPECT_EQ(exporter_.waiting(), 172U);
}

}  // namespace
}  // namespace antiphon::tracing
