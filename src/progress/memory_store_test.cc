#include "progress/memory_store.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "runtime/manual_clock.h"

namespace antiphon::progress {
namespace {

class MemoryStoreTest : public testing::Test {
 protected:
  /// What the store answers; its answers never wait.
  template <class T>
  T await(runtime::Awaitable<T> answer) {
    std::optional<T> got;
    boost::asio::co_spawn(context_, std::move(answer),
                          [&](const std::exception_ptr&, T value) { got = std::move(value); });
    context_.restart();
    context_.poll();
    return got.value();
  }

  StreamName put(std::uint64_t user = 1) {
    Record record;
    record.request.name = draw_name();
    record.request.user = user;
    record.request.account = user / 10;
    const auto name = record.request.name;
    store_.put(std::move(record));
    return name;
  }

  boost::asio::io_context context_;
  runtime::ManualClock clock_;
  MemoryStore store_{clock_,
                     {.max_records = 4, .max_bytes = 100'000, .ttl = std::chrono::seconds(10), .max_bindings = 2}};
};

TEST_F(MemoryStoreTest, ARecordIsFoundAsItWasWrittenLast) {
  const auto name = put();
  store_.update(name, {1}, {.bytes_written = 100});
  const auto found = await(store_.find(name)).value();
  EXPECT_EQ(found.token, FencingToken{1});
  EXPECT_EQ(found.progress.bytes_written, 100U);
  EXPECT_EQ(await(store_.find(draw_name())).error(), Errc::kNotFound);
}

TEST_F(MemoryStoreTest, TheLaterOwnerWritesAndTheEarlierLearnsThatItLost) {
  const auto name = put();
  std::optional<FencingToken> lost;
  store_.on_lost([&](const StreamName& which, FencingToken token) {
    EXPECT_EQ(which, name);
    lost = token;
  });
  const auto claimed = await(store_.claim(name)).value();
  EXPECT_EQ(claimed.token, FencingToken{2});
  EXPECT_EQ(lost, FencingToken{1});
  store_.update(name, {1}, {.bytes_written = 5});
  store_.erase(name, {1});
  EXPECT_EQ(await(store_.find(name)).value().progress.bytes_written, 0U);
  store_.update(name, {2}, {.state = State::kComplete, .bytes_written = 9});
  EXPECT_EQ(await(store_.find(name)).value().progress.bytes_written, 9U);
  EXPECT_EQ(await(store_.claim(name)).value().progress.state, State::kLive);
  EXPECT_EQ(await(store_.claim(draw_name())).error(), Errc::kNotFound);
}

TEST_F(MemoryStoreTest, ARecordLastsForItsTimeAfterItWasLastWritten) {
  const auto name = put();
  clock_.advance(std::chrono::seconds(9));
  store_.update(name, {1}, {});
  clock_.advance(std::chrono::seconds(9));
  EXPECT_TRUE(await(store_.find(name)));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_FALSE(await(store_.find(name)));
  EXPECT_EQ(store_.bytes(), 0U);
}

TEST_F(MemoryStoreTest, TheRecordWrittenLongestAgoMakesRoom) {
  const auto first = put();
  const auto second = put();
  put();
  put();
  store_.update(first, {1}, {});
  put();
  EXPECT_EQ(store_.records(), 4U);
  EXPECT_EQ(store_.evicted(), 1U);
  EXPECT_TRUE(await(store_.find(first)));
  EXPECT_FALSE(await(store_.find(second)));
}

TEST_F(MemoryStoreTest, TheBytesOfAllRecordsAreBounded) {
  const auto first = put();
  Record big;
  big.request.name = draw_name();
  big.request.text = std::string(99'900, 'a');
  store_.put(big);
  EXPECT_FALSE(await(store_.find(first)));
  EXPECT_LE(store_.bytes(), 100'000U);
}

TEST_F(MemoryStoreTest, ARecordBeyondItsLimitsIsNotKept) {
  Record record;
  record.request.name = draw_name();
  record.request.holder = std::string(1'000, 'a');
  store_.put(record);
  EXPECT_EQ(store_.records(), 0U);
}

TEST_F(MemoryStoreTest, AnOwnerOwnsUntilALaterOneClaims) {
  const auto name = put();
  EXPECT_TRUE(await(store_.owns(name, {1})).value());
  ASSERT_TRUE(await(store_.claim(name)));
  EXPECT_FALSE(await(store_.owns(name, {1})).value());
  EXPECT_TRUE(await(store_.owns(name, {2})).value());
  EXPECT_TRUE(await(store_.owns(draw_name(), {1})).value()) << "nobody has claimed what is not known";
}

TEST_F(MemoryStoreTest, AKeyStandsForTheStreamThatItWasBoundToFirst) {
  const Binding one{.stream = draw_name(), .body = base::sha256("one")};
  const Binding other{.stream = draw_name(), .body = base::sha256("other")};
  EXPECT_EQ(await(store_.bind("key", one)).value(), one);
  EXPECT_EQ(await(store_.bind("key", other)).value(), one);
  clock_.advance(std::chrono::seconds(10));
  EXPECT_EQ(await(store_.bind("key", other)).value(), other);
}

TEST_F(MemoryStoreTest, TheOldestKeyMakesRoom) {
  const Binding one{.stream = draw_name()};
  const Binding other{.stream = draw_name()};
  EXPECT_EQ(await(store_.bind("a", one)).value(), one);
  EXPECT_EQ(await(store_.bind("b", one)).value(), one);
  EXPECT_EQ(await(store_.bind("c", one)).value(), one);
  EXPECT_EQ(store_.bindings(), 2U);
  EXPECT_EQ(await(store_.bind("a", other)).value(), other);
}

TEST_F(MemoryStoreTest, LiveStreamsAreListedByTheirUserAndCounted) {
  const auto first = put(11);
  const auto second = put(12);
  const auto ended = put(11);
  store_.update(ended, {1}, {.state = State::kComplete, .samples_rendered = 7, .bytes_written = 9});
  const auto all = await(store_.live({})).value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].request.name, std::min(first, second));
  EXPECT_EQ(await(store_.live({.after = all[0].request.name})).value().at(0).request.name, all[1].request.name);
  EXPECT_TRUE(await(store_.live({.after = all[1].request.name})).value().empty());
  EXPECT_EQ(await(store_.live({.user = 11})).value().at(0).request.name, first);
  EXPECT_EQ(await(store_.live({.account = 1, .most = 1})).value().size(), 1U);
  const auto totals = await(store_.totals(11)).value();
  EXPECT_EQ(totals.streams, 2U);
  EXPECT_EQ(totals.live, 1U);
  EXPECT_EQ(totals.samples_rendered, 7U);
  EXPECT_EQ(totals.bytes_written, 9U);
}

}  // namespace
}  // namespace antiphon::progress
