#include "cache/audio_cache.h"

#include <string>
#include <utility>

#include "runtime/log.h"

namespace antiphon::cache {
namespace {

/// What an entry takes beside its samples.
constexpr std::size_t kOverhead = 256;

std::size_t bytes_in_memory(const Audio& audio) { return audio.samples.size() * sizeof(std::int16_t) + kOverhead; }

}  // namespace

AudioCache::AudioCache(const runtime::Executor& executor, runtime::Clock& clock, metrics::Registry& registry,
                       runtime::ThreadPool& io, AudioCacheOptions options)
    : executor_(executor),
      clock_(clock),
      options_(std::move(options)),
      probe_(registry),
      strand_(io.make_strand()),
      memory_(options_.memory_bytes),
      disk_(options_.disk_bytes),
      work_(executor) {}

runtime::Awaitable<AudioCache::Found> AudioCache::find(Key key) {
  if (const auto* const found = memory_.find(key)) {
    probe_.looked_up(Lookup::kMemory);
    const auto audio = *found;
    (void)disk_.find(key);  // it was used there, too
    co_return audio;
  }
  if (disk_.find(key) == nullptr || reads_.size() >= kMostReads) {
    probe_.looked_up(Lookup::kMiss);
    co_return nullptr;
  }
  const auto read = reads_.emplace_back(std::make_shared<Read>(executor_, key));
  work_.notify_all();
  const auto deadline = clock_.now() + options_.patience;
  const auto timer = clock_.start_timer(executor_, deadline, [read] { read->done.notify_all(); });
  while (!read->over && clock_.now() < deadline) {
    if (!co_await read->done.wait()) break;
  }
  probe_.looked_up(read->audio ? Lookup::kDisk : Lookup::kMiss);
  co_return read->audio;
}

void AudioCache::put(const Key& key, Audio audio) {
  const auto samples = audio.samples.size();
  if (samples == 0 || samples > kMostSamples) return;
  const auto kept = std::make_shared<const Audio>(std::move(audio));
  keep_in_memory(key, kept);
  if (options_.folder.empty() || bytes_on_disk(samples) > options_.disk_bytes || disk_.find(key) != nullptr) return;
  if (!reserve(samples)) return probe_.skipped();
  writes_.push_back({.key = key, .audio = kept});
  work_.notify_all();
}

bool AudioCache::reserve(std::size_t samples) {
  if ((on_the_way_ + samples) * sizeof(std::int16_t) > kMostOnTheWay) return false;
  on_the_way_ += samples;
  return true;
}

void AudioCache::release(std::size_t samples) { on_the_way_ -= samples; }

void AudioCache::keep_in_memory(const Key& key, Found audio) {
  const auto bytes = bytes_in_memory(*audio);
  probe_.evicted(Tier::kMemory, memory_.put(key, std::move(audio), bytes).size());
  tell();
}

runtime::Awaitable<> AudioCache::run() {
  if (options_.folder.empty()) co_return;
  co_await open();
  while (folder_ && !co_await runtime::is_cancelled()) {
    if (!reads_.empty()) {
      auto read = std::move(reads_.front());
      reads_.pop_front();
      co_await perform(std::move(read));
    } else if (!writes_.empty()) {
      auto write = std::move(writes_.front());
      writes_.pop_front();
      co_await perform(std::move(write));
    } else if (!co_await work_.wait()) {
      co_return;
    }
  }
}

runtime::Awaitable<> AudioCache::open() {
  struct Opened {
    std::optional<Folder> folder{};
    std::vector<Folder::Found> found{};
    std::string reason{};  ///< Why there is no folder.
  };
  auto opened = co_await runtime::run_on(strand_, [this]() -> Opened {
    auto folder = Folder::open(options_.folder);
    if (!folder) return {.reason = std::move(folder.error())};
    auto found = folder->list();
    return {.folder = *std::move(folder), .found = std::move(found)};
  });
  if (!opened.folder) {
    runtime::log_warn("cache_without_folder", {{"reason", opened.reason}});
    options_.folder.clear();
    for (const auto& write : std::exchange(writes_, {})) release(write.audio->samples.size());
    co_return;
  }
  folder_.emplace(*std::move(opened.folder));
  std::vector<Key> gone;
  for (const auto& [key, bytes, used_ns] : opened.found) {
    if (bytes > options_.disk_bytes) {
      gone.push_back(key);
      continue;
    }
    for (const auto& older : make_room(key, bytes)) gone.push_back(older);
    disk_.put(key, {}, bytes);
  }
  tell();
  co_await runtime::run_on(strand_, [this, &gone] {
    for (const auto& key : gone) folder_->remove(key);
  });
}

std::vector<Key> AudioCache::make_room(const Key& key, std::size_t bytes) {
  std::vector<Key> gone;
  for (auto& entry : disk_.put(key, {}, bytes)) gone.push_back(entry.key);
  disk_.erase(key);
  probe_.evicted(Tier::kDisk, gone.size());
  return gone;
}

runtime::Awaitable<> AudioCache::perform(std::shared_ptr<Read> read) {
  auto audio = co_await runtime::run_on(strand_, [this, &read] { return folder_->read(read->key); });
  if (audio) {
    read->audio = std::make_shared<const Audio>(*std::move(audio));
    keep_in_memory(read->key, read->audio);
  } else {
    if (audio.error() == Folder::ReadError::kDamaged) probe_.damaged();
    disk_.erase(read->key);
    tell();
  }
  read->over = true;
  read->done.notify_all();
}

runtime::Awaitable<> AudioCache::perform(Write write) {
  const auto samples = write.audio->samples.size();
  const auto bytes = bytes_on_disk(samples);
  const auto gone = make_room(write.key, bytes);
  const auto written = co_await runtime::run_on(strand_, [this, &write, &gone] {
    for (const auto& key : gone) folder_->remove(key);
    return folder_->write(write.key, *write.audio);
  });
  release(samples);
  if (written) {
    disk_.put(write.key, {}, bytes);
  } else {
    probe_.write_failed();
  }
  tell();
}

void AudioCache::tell() const {
  probe_.holds(Tier::kMemory, memory_.size(), memory_.bytes());
  probe_.holds(Tier::kDisk, disk_.size(), disk_.bytes());
}

}  // namespace antiphon::cache
