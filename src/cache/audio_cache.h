#pragma once

#include <cstddef>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/time.h"
#include "cache/audio.h"
#include "cache/folder.h"
#include "cache/least_recently_used.h"
#include "cache/probe.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"
#include "runtime/event.h"
#include "runtime/thread_pool.h"

namespace antiphon::cache {

struct AudioCacheOptions {
  std::size_t memory_bytes = 0;    ///< Of all audio in memory; 0: none is kept there.
  std::filesystem::path folder{};  ///< "": none is kept on a disk.
  std::size_t disk_bytes = 0;      ///< Of all files in the folder, those of earlier runs included.
  /// How long a request waits for the disk before it is rendered.
  base::Duration patience = std::chrono::milliseconds(250);
};

/// The cache of rendered audio. Lives on the event loop; the disk is read and written on a thread of `io`, in the
/// background. A disk that is slow, full or broken costs hits and nothing else.
class AudioCache {
 public:
  /// Valid for as long as it is held, also when the entry has made room for others. Null: there is none.
  using Found = std::shared_ptr<const Audio>;

  /// `clock`, `registry` and `io` outlive it. `io` has one thread that nothing else uses.
  AudioCache(const runtime::Executor& executor, runtime::Clock& clock, metrics::Registry& registry,
             runtime::ThreadPool& io, AudioCacheOptions options);
  AudioCache(const AudioCache&) = delete;
  AudioCache& operator=(const AudioCache&) = delete;

  /// Returns at once what is in memory, and after options.patience at the latest what is on the disk.
  [[nodiscard]] runtime::Awaitable<Found> find(Key key);
  /// Keeps audio of 1 to kMostSamples samples, on the disk as soon as that can be done.
  void put(const Key& key, Audio audio);

  /// Opens the folder, and reads and writes it until the calling task is cancelled: what waits then is not written, so
  /// that a slow disk keeps no server from ending. Call it once.
  [[nodiscard]] runtime::Awaitable<> run();

  /// Bytes of audio on its way into the cache, all together: what is recorded, and what waits for the disk.
  static constexpr std::size_t kMostOnTheWay = std::size_t{64} << 20U;
  /// Requests that wait for the disk at once; the next one is rendered.
  static constexpr std::size_t kMostReads = 32;

 private:
  friend class Recording;

  struct Read {
    Read(const runtime::Executor& executor, const Key& asked) : key(asked), done(executor) {}
    Key key;
    Found audio;
    bool over = false;
    runtime::Notifier done;
  };
  struct Write {
    Key key;
    Found audio;
  };

  /// Whether there is room for so many samples more on the way; they hold it until release().
  [[nodiscard]] bool reserve(std::size_t samples);
  void release(std::size_t samples);
  void keep_in_memory(const Key& key, Found audio);
  /// Files that have to go, so that `bytes` more have room.
  [[nodiscard]] std::vector<Key> make_room(const Key& key, std::size_t bytes);
  [[nodiscard]] runtime::Awaitable<> open();
  [[nodiscard]] runtime::Awaitable<> perform(std::shared_ptr<Read> read);
  [[nodiscard]] runtime::Awaitable<> perform(Write write);
  void tell() const;

  runtime::Executor executor_;
  runtime::Clock& clock_;
  AudioCacheOptions options_;
  Probe probe_;
  runtime::ThreadPool::Strand strand_;
  LeastRecentlyUsed<Found> memory_;
  LeastRecentlyUsed<std::monostate> disk_;  ///< What the folder holds.
  std::optional<Folder> folder_;            ///< Used on the strand alone.
  std::deque<std::shared_ptr<Read>> reads_;
  std::deque<Write> writes_;
  std::size_t on_the_way_ = 0;  ///< Samples; see kMostOnTheWay.
  runtime::Notifier work_;
};

}  // namespace antiphon::cache
