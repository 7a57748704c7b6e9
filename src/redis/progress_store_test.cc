#include "redis/progress_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "process/child.h"
#include "runtime/task_group.h"
#include "runtime/test_loop.h"

namespace antiphon::redis {
namespace {

constexpr auto kLimit = std::chrono::seconds(30);
/// Redis's programs are one, which goes by its name; Debian's redis-tools has it without the service.
constexpr auto kProgram = "/usr/bin/redis-check-rdb";

std::filesystem::path make_folder() {
  std::string pattern = std::filesystem::temp_directory_path() / "antiphon_redis_XXXXXX";
  return mkdtemp(pattern.data());
}

/// One gateway's side.
struct Side {
  Side(const runtime::Executor& executor, runtime::Clock& clock, const std::string& socket, std::string cell)
      : client(executor, clock, nullptr,
               {.url = *parse_url("unix://" + socket), .backoff = {.first = std::chrono::milliseconds(10)}}),
        store(clock, client,
              {.cell = std::move(cell),
               .interval = std::chrono::milliseconds(20),
               .refresh = std::chrono::milliseconds(100)}) {}
  Client client;
  ProgressStore store;
};

class ProgressStoreTest : public testing::Test {
 public:
  ~ProgressStoreTest() override {
    tasks_.cancel();
    EXPECT_TRUE(run_until([&] { return tasks_.size() == 0; }));
    stop_server();
    std::filesystem::remove_all(folder_);
  }

 protected:
  ProgressStoreTest() : tasks_(executor()) {
    std::filesystem::create_symlink(kProgram, folder_ / "redis-server");
    start_server();
    for (auto* const side : {&a_, &b_}) {
      tasks_.spawn(side->client.run());
      tasks_.spawn(side->store.run());
    }
    EXPECT_TRUE(run_until([&] { return a_.client.connected() && b_.client.connected(); }));
  }

  runtime::Executor executor() { return context_.get_executor(); }
  std::string socket() const { return folder_ / "s"; }
  bool run_until(const std::function<bool()>& condition) { return runtime::run_until(context_, condition, kLimit); }

  void start_server() {
    auto child =
        process::Child::spawn(executor(), {.executable = folder_ / "redis-server",
                                           .arguments = {"--port", "0", "--unixsocket", socket(), "--save", "", "--dir",
                                                         folder_.string(), "--logfile", (folder_ / "log").string()}});
    ASSERT_TRUE(child);
    server_.emplace(std::move(*child));
  }
  void stop_server() {
    server_->kill();
    static_cast<void>(wait(server_->wait()));
    server_.reset();
  }

  template <class T>
  T wait(runtime::Awaitable<T> work) {
    std::optional<T> result;
    const auto keep = [](runtime::Awaitable<T> task, std::optional<T>& kept) -> runtime::Awaitable<> {
      kept.emplace(co_await std::move(task));
    };
    runtime::TaskGroup group(executor());
    group.spawn(keep(std::move(work), result));
    EXPECT_TRUE(run_until([&] { return group.size() == 0; }));
    return std::move(*result);
  }

  progress::StreamName put() {
    const progress::Record record{
        .request = {.name = progress::draw_name(), .holder = "h", .user = 7, .text = "Hello.", .rate = {24'000}}};
    a_.store.put(record);
    return record.request.name;
  }
  std::uint64_t written(const progress::StreamName& name) {
    const auto found = wait(b_.store.find(name));
    return found ? found->progress.bytes_written : 0;
  }

  boost::asio::io_context context_;
  runtime::SystemClock clock_;
  std::filesystem::path folder_ = make_folder();
  std::optional<process::Child> server_;
  Side a_{executor(), clock_, socket(), "a"};
  Side b_{executor(), clock_, socket(), "b"};
  runtime::TaskGroup tasks_;
};

TEST_F(ProgressStoreTest, AnotherGatewayFindsAndClaimsAStreamAndItsOwnerLearnsOfIt) {
  std::optional<progress::StreamName> lost;
  a_.store.on_lost([&](const progress::StreamName& name, progress::FencingToken) { lost = name; });
  const auto name = put();
  a_.store.update(name, {1}, {.bytes_written = 100});
  ASSERT_TRUE(run_until([&] { return written(name) == 100; }));
  EXPECT_EQ(wait(b_.store.live({}))->size(), 1U);
  EXPECT_EQ(wait(b_.store.totals(7))->live, 1U);
  const auto claimed = wait(b_.store.claim(name));
  ASSERT_TRUE(claimed);
  EXPECT_EQ(claimed->token.value, 2U);
  EXPECT_EQ(claimed->cell, "b");
  EXPECT_FALSE(*wait(a_.store.owns(name, {1})));
  EXPECT_TRUE(*wait(a_.store.owns(name, {2})));
  EXPECT_TRUE(*wait(a_.store.owns(progress::draw_name(), {1}))) << "nobody has claimed it";
  EXPECT_EQ(claimed->request.text, "Hello.");
  a_.store.update(name, {1}, {.bytes_written = 999});
  ASSERT_TRUE(run_until([&] { return lost.has_value(); }));
  EXPECT_EQ(*lost, name);
  EXPECT_EQ(written(name), 100U);
}

TEST_F(ProgressStoreTest, AWipedAndARestartedServerGetTheLiveStreamsAgain) {
  const auto name = put();
  a_.store.update(name, {1}, {.bytes_written = 1});
  ASSERT_TRUE(run_until([&] { return written(name) == 1; }));
  ASSERT_TRUE(wait(b_.client.ask({"FLUSHALL"})));
  ASSERT_TRUE(run_until([&] { return written(name) == 1; }));
  stop_server();
  ASSERT_TRUE(run_until([&] { return !a_.client.connected(); }));
  a_.store.update(name, {1}, {.state = progress::State::kComplete, .bytes_written = 2});
  EXPECT_EQ(a_.store.records(), 1U);
  start_server();
  ASSERT_TRUE(run_until([&] { return written(name) == 2; }));
  ASSERT_TRUE(run_until([&] { return a_.store.records() == 0; }));
  EXPECT_TRUE(wait(b_.store.live({}))->empty());
}

TEST_F(ProgressStoreTest, WhatAClockThatWasAheadWroteIntoTheSetsLeavesThem) {
  for (const auto* const set : {"{antiphon}:live", "{antiphon}:u:7"}) {
    ASSERT_TRUE(wait(b_.client.ask({"ZADD", set, "1764000000000", std::string(32, 'a')})));
  }
  const auto name = put();
  a_.store.update(name, {1}, {.bytes_written = 1});
  ASSERT_TRUE(run_until([&] { return written(name) == 1; }));
  for (const auto* const set : {"{antiphon}:live", "{antiphon}:u:7"}) {
    EXPECT_EQ(wait(b_.client.ask({"ZCARD", set}))->integer, 1) << set;
  }
}

TEST_F(ProgressStoreTest, AKeyIsBoundOnce) {
  const progress::Binding first{.stream = progress::draw_name()};
  EXPECT_EQ(*wait(a_.store.bind("k", first)), first);
  EXPECT_EQ(*wait(b_.store.bind("k", {.stream = progress::draw_name()})), first);
}

}  // namespace
}  // namespace antiphon::redis
