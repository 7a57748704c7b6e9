#include "cache/audio_cache.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "cache/entry.h"
#include "cache/recording.h"
#include "cache/test_audio.h"
#include "metrics/registry.h"
#include "runtime/task_group.h"
#include "runtime/test_loop.h"

namespace antiphon::cache {
namespace {

using namespace std::chrono_literals;

/// A cache whose disk is read and written on the event loop, so that a test decides when.
class AudioCacheTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(folder_); }
  void TearDown() override {
    end();
    std::filesystem::remove_all(folder_);
  }

  void begin(AudioCacheOptions options) {
    cache_ = std::make_unique<AudioCache>(context_.get_executor(), clock_, registry_, io_, std::move(options));
    tasks_ = std::make_unique<runtime::TaskGroup>(context_.get_executor());
    tasks_->spawn(cache_->run());
    turn();
  }
  void end() {
    if (!tasks_) return;
    tasks_->cancel();
    EXPECT_TRUE(runtime::run_until(context_, [this] { return tasks_->size() == 0; }, 30s));
    tasks_.reset();
    cache_.reset();
  }
  /// Does all that can be done without time passing.
  void turn() {
    context_.restart();
    context_.poll();
  }

  AudioCache::Found find(std::uint8_t number) {
    std::optional<AudioCache::Found> found;
    tasks_->spawn([](AudioCache& cache, Key key, std::optional<AudioCache::Found>& out) -> runtime::Awaitable<> {
      out = co_await cache.find(key);
    }(*cache_, key_of(number), found));
    EXPECT_TRUE(runtime::run_until(context_, [&] { return found.has_value(); }, 30s));
    return found.value_or(nullptr);
  }

  [[nodiscard]] bool tells(std::string_view line) const { return registry_.text().contains(std::string(line) + "\n"); }
  [[nodiscard]] std::size_t files() const {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::directory_iterator(folder_)) count += file.path().extension() == ".pcm";
    return count;
  }

  static constexpr std::size_t kSamples = 5000;
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / ("audio_cache_" + std::to_string(::getpid()));
  boost::asio::io_context context_;
  runtime::ManualClock clock_;
  metrics::Registry registry_;
  runtime::ThreadPool io_{context_.get_executor()};
  std::unique_ptr<AudioCache> cache_;
  std::unique_ptr<runtime::TaskGroup> tasks_;
};

TEST_F(AudioCacheTest, WhatIsPutIsFoundAndCounted) {
  begin({.memory_bytes = 1U << 20U});
  EXPECT_EQ(find(1), nullptr);
  cache_->put(key_of(1), audio_of(kSamples));
  const auto found = find(1);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found, audio_of(kSamples));
  EXPECT_TRUE(tells(R"(antiphon_cache_lookups_total{outcome="memory"} 1)"));
  EXPECT_TRUE(tells(R"(antiphon_cache_lookups_total{outcome="miss"} 1)"));
  EXPECT_TRUE(tells(R"(antiphon_cache_entries{tier="memory"} 1)"));
}

TEST_F(AudioCacheTest, AFullMemoryForgetsWhatWasUsedLongestAgoAndWhatIsPlayedGoesOn) {
  begin({.memory_bytes = 2 * (kSamples * 2 + 256)});
  cache_->put(key_of(1), audio_of(kSamples, 1));
  const auto played = find(1);
  cache_->put(key_of(2), audio_of(kSamples, 2));
  cache_->put(key_of(3), audio_of(kSamples, 3));
  EXPECT_EQ(find(1), nullptr);
  EXPECT_NE(find(2), nullptr);
  EXPECT_NE(find(3), nullptr);
  EXPECT_EQ(*played, audio_of(kSamples, 1));
  EXPECT_TRUE(tells(R"(antiphon_cache_evictions_total{tier="memory"} 1)"));
}

TEST_F(AudioCacheTest, TheDiskOutlivesTheProcess) {
  const AudioCacheOptions options{.memory_bytes = 1U << 20U, .folder = folder_, .disk_bytes = 1U << 20U};
  begin(options);
  cache_->put(key_of(1), audio_of(kSamples));
  turn();
  end();
  begin(options);
  const auto found = find(1);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(*found, audio_of(kSamples));
  EXPECT_TRUE(tells(R"(antiphon_cache_lookups_total{outcome="disk"} 1)"));
  EXPECT_NE(find(1), nullptr) << "and is in memory now";
  EXPECT_TRUE(tells(R"(antiphon_cache_lookups_total{outcome="memory"} 1)"));
}

TEST_F(AudioCacheTest, AFullDiskForgetsWhatWasUsedLongestAgo) {
  begin({.folder = folder_, .disk_bytes = 2 * bytes_on_disk(kSamples)});
  for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) cache_->put(key_of(number), audio_of(kSamples));
  turn();
  EXPECT_NE(find(1), nullptr);
  cache_->put(key_of(3), audio_of(kSamples));
  turn();
  EXPECT_EQ(files(), 2U);
  EXPECT_EQ(find(2), nullptr);
  EXPECT_NE(find(1), nullptr);
  EXPECT_NE(find(3), nullptr);
  EXPECT_TRUE(tells(R"(antiphon_cache_evictions_total{tier="disk"} 1)"));
}

TEST_F(AudioCacheTest, ALowerLimitHoldsFromTheStartOn) {
  begin({.folder = folder_, .disk_bytes = 4 * bytes_on_disk(kSamples)});
  for (std::uint8_t number = 1; number <= 4; ++number) {
    cache_->put(key_of(number), audio_of(kSamples));
    turn();
    std::filesystem::last_write_time(folder_ / file_name(key_of(number)),
                                     std::filesystem::file_time_type(std::chrono::hours(number)));
  }
  end();
  begin({.folder = folder_, .disk_bytes = bytes_on_disk(kSamples)});
  EXPECT_EQ(files(), 1U);
  EXPECT_NE(find(4), nullptr);
}

TEST_F(AudioCacheTest, ADamagedFileIsAMissAndGoes) {
  begin({.folder = folder_, .disk_bytes = 1U << 20U});
  cache_->put(key_of(1), audio_of(kSamples));
  turn();
  std::ofstream(folder_ / file_name(key_of(1)), std::ios::in | std::ios::out | std::ios::binary).seekp(200) << "x";
  EXPECT_EQ(find(1), nullptr);
  EXPECT_EQ(files(), 0U);
  EXPECT_TRUE(tells("antiphon_cache_damaged_total 1"));
  EXPECT_TRUE(tells(R"(antiphon_cache_bytes{tier="disk"} 0)"));
  cache_->put(key_of(1), audio_of(kSamples));
  turn();
  EXPECT_NE(find(1), nullptr) << "it is kept again";
}

TEST_F(AudioCacheTest, AFolderThatCannotBeUsedCostsNothingElse) {
  std::ofstream(folder_) << "a file";
  begin({.memory_bytes = 1U << 20U, .folder = folder_, .disk_bytes = 1U << 20U});
  cache_->put(key_of(1), audio_of(kSamples));
  EXPECT_NE(find(1), nullptr);
}

TEST_F(AudioCacheTest, AFileThatCannotBeWrittenIsCounted) {
  begin({.folder = folder_, .disk_bytes = 1U << 20U});
  std::filesystem::remove_all(folder_);
  cache_->put(key_of(1), audio_of(kSamples));
  turn();
  EXPECT_TRUE(tells("antiphon_cache_write_failures_total 1"));
  EXPECT_EQ(find(1), nullptr);
}

TEST_F(AudioCacheTest, ARequestWaitsForASlowDiskForAWhileOnly) {
  begin({.folder = folder_, .disk_bytes = 1U << 20U, .patience = 250ms});
  cache_->put(key_of(1), audio_of(kSamples));
  turn();
  end();
  // Its disk does nothing, since nothing runs it.
  boost::asio::io_context other;
  runtime::ThreadPool stuck(other.get_executor());
  AudioCache cache(context_.get_executor(), clock_, registry_, stuck,
                   {.folder = folder_, .disk_bytes = 1U << 20U, .patience = 250ms});
  runtime::TaskGroup tasks(context_.get_executor());
  tasks.spawn(cache.run());
  const auto serve_disk = [&] {
    turn();
    other.restart();
    other.poll();
    turn();
  };
  for (int step = 0; step < 3; ++step) serve_disk();  // the folder is opened and listed
  std::optional<AudioCache::Found> found;
  tasks.spawn([](AudioCache& from, std::optional<AudioCache::Found>& out) -> runtime::Awaitable<> {
    out = co_await from.find(key_of(1));
  }(cache, found));
  turn();
  EXPECT_FALSE(found.has_value());
  clock_.advance(250ms);
  turn();
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(*found, nullptr);
  tasks.cancel();
  EXPECT_TRUE(runtime::run_until(
      context_,
      [&] {
        serve_disk();
        return tasks.size() == 0;
      },
      30s));
}

TEST_F(AudioCacheTest, WhatIsOnTheWayHasALimit) {
  begin({.memory_bytes = 1U << 30U});
  constexpr std::size_t kRecordings = AudioCache::kMostOnTheWay / (2 * kMostSamples);
  const auto longest = audio_of(kMostSamples);
  std::vector<std::unique_ptr<Recording>> recordings;
  for (std::uint8_t number = 0; number <= kRecordings; ++number) {
    recordings.push_back(std::make_unique<Recording>(*cache_, key_of(number)));
    recordings.back()->add(longest.samples);
  }
  EXPECT_TRUE(tells("antiphon_cache_skipped_total 1"));
  for (auto& recording : recordings) recording->finish(longest.rate);
  recordings.clear();
  EXPECT_NE(find(kRecordings - 1), nullptr);
  EXPECT_EQ(find(kRecordings), nullptr);
  Recording again(*cache_, key_of(kRecordings));
  again.add(longest.samples);
  again.finish(longest.rate);
  EXPECT_NE(find(kRecordings), nullptr) << "there is room again";
}

TEST_F(AudioCacheTest, WhatIsTooLongOrNotFinishedOrEmptyIsNotKept) {
  begin({.memory_bytes = 1U << 30U});
  const auto longest = audio_of(kMostSamples);
  Recording too_long(*cache_, key_of(1));
  too_long.add(longest.samples);
  too_long.add(std::span(longest.samples).first(1));
  too_long.finish(longest.rate);
  EXPECT_EQ(find(1), nullptr);
  {
    Recording(*cache_, key_of(2)).add(std::span(longest.samples).first(9));
  }
  EXPECT_EQ(find(2), nullptr);
  Recording empty(*cache_, key_of(3));
  empty.finish(longest.rate);
  EXPECT_EQ(find(3), nullptr);
}

}  // namespace
}  // namespace antiphon::cache
