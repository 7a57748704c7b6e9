#include "scheduler/stream_queue.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <vector>

namespace antiphon::scheduler {
namespace {

using namespace std::chrono_literals;
using base::StreamId;
using base::UserId;

constexpr base::TimePoint kNow{1h};

/// Streams that wait for their start or have so much audio, and their queue.
class StreamQueueTest : public testing::Test {
 protected:
  records::Stream& waits(std::uint64_t id, std::uint64_t user, base::TimePoint arrival = kNow) {
    auto& stream = streams_[id];
    stream.spec = {.id = StreamId{id}, .user = UserId{user}};
    stream.arrival = stream.start_tag = arrival;
    stream.waiting = true;
    queue_.enqueue(stream, {});
    return stream;
  }
  records::Stream& plays(std::uint64_t id, base::Duration audio) {
    auto& stream = streams_[id];
    stream.spec = {.id = StreamId{id}, .user = UserId{id}};
    stream.arrival = kNow;
    stream.playback.advance(audio, kNow);
    stream.segments.push_back({.grains = {1s, 1s}});
    stream.planned_ahead = 2s;
    queue_.enqueue(stream, {});
    return stream;
  }
  [[nodiscard]] std::vector<std::uint64_t> all() const {
    std::vector<std::uint64_t> ids;
    queue_.each([&](const records::Key& key) {
      ids.push_back(key.stream.value);
      return true;
    });
    return ids;
  }

  Options options_{};
  StreamQueue queue_{options_};
  std::map<std::uint64_t, records::Stream> streams_;
};

TEST_F(StreamQueueTest, TheStreamThatRunsDryFirstIsNextAndAStartWhenItIsDue) {
  plays(1, 5s);
  plays(2, 1s);
  waits(3, 3);
  EXPECT_EQ(all(), (std::vector<std::uint64_t>{3, 2, 1}));
  EXPECT_EQ(queue_.next(kNow), StreamId{3});
  queue_.begin(streams_[3]);
  EXPECT_EQ(queue_.next(kNow), StreamId{2});
  queue_.dequeue(streams_[2]);
  queue_.dequeue(streams_[2]);
  EXPECT_EQ(queue_.next(kNow), StreamId{1});
  queue_.dequeue(streams_[1]);
  EXPECT_TRUE(queue_.empty());
  EXPECT_FALSE(queue_.next(kNow).has_value());
}

TEST_F(StreamQueueTest, EachEndsWhenItIsToldSo) {
  for (std::uint64_t id = 1; id <= 3; ++id) plays(id, 1s * id);
  std::uint64_t visited = 0;
  queue_.each([&](const records::Key&) { return ++visited < 2; });
  EXPECT_EQ(visited, 2U);
}

TEST_F(StreamQueueTest, UsersTakeTurnsAtStartsUnlessOneWouldBeHeardTooLate) {
  for (std::uint64_t id = 1; id <= 3; ++id) waits(id, 1);
  waits(4, 2);
  EXPECT_EQ(queue_.next(kNow), StreamId{1});
  queue_.begin(streams_[1]);
  EXPECT_EQ(queue_.next(kNow), StreamId{4});
  EXPECT_EQ(queue_.next(kNow + 1s), StreamId{2}) << "it was promised, and is older than stream 4";
}

TEST_F(StreamQueueTest, AStreamThatWasBegunGoesBeforeOtherStarts) {
  waits(1, 1);
  auto& begun = waits(2, 2);
  queue_.begin(begun);
  EXPECT_TRUE(begun.begun);
  queue_.enqueue(begun, {});
  EXPECT_EQ(queue_.next(kNow), StreamId{2});
}

}  // namespace
}  // namespace antiphon::scheduler
