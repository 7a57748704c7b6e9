#pragma once

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

#include "cache/audio.h"

namespace antiphon::cache {

/// Values by their keys, with the bytes that each takes. What all of them take has a limit: the value that was used
/// longest ago makes room. Pure; not thread-safe.
template <class Value>
class LeastRecentlyUsed {
 public:
  struct Entry {
    Key key{};
    Value value;
    std::size_t bytes = 0;
  };

  explicit LeastRecentlyUsed(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// Returns null if there is none. The value counts as used now, and is valid until the next call.
  [[nodiscard]] Value* find(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return nullptr;
    entries_.splice(entries_.end(), entries_, found->second);
    return &found->second->value;
  }

  /// Puts a value in the place of the one that its key had, and returns those that had to go, the one that was used
  /// longest ago first. A value that would take more than all may take is not put, and nothing goes for it.
  std::vector<Entry> put(const Key& key, Value value, std::size_t bytes) {
    std::vector<Entry> gone;
    if (bytes > most_bytes_) return gone;
    erase(key);
    while (bytes_ + bytes > most_bytes_) {
      gone.push_back(std::move(entries_.front()));
      places_.erase(gone.back().key);
      bytes_ -= gone.back().bytes;
      entries_.pop_front();
    }
    places_.emplace(key, entries_.insert(entries_.end(), {.key = key, .value = std::move(value), .bytes = bytes}));
    bytes_ += bytes;
    return gone;
  }

  void erase(const Key& key) {
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    bytes_ -= found->second->bytes;
    entries_.erase(found->second);
    places_.erase(found);
  }

  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::list<Entry> entries_;  ///< The one that was used longest ago is first.
  std::unordered_map<Key, typename std::list<Entry>::iterator, KeyHash> places_;
};

}  // namespace antiphon::cache
