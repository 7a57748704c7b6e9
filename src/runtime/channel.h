#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

#include "runtime/event.h"

namespace antiphon::runtime {

/// A bounded queue between two tasks of one event loop. Each item has a cost (1, or its bytes); items wait in push()
/// while the sum would pass the capacity. An item dearer than the whole capacity is let in alone.
template <class T>
class BoundedChannel {
 public:
  BoundedChannel(const Executor& executor, std::size_t capacity)
      : capacity_(capacity), data_(executor), space_(executor) {}

  /// Waits for space. False when the channel is closed or the calling task is cancelled; the item is then dropped.
  Awaitable<bool> push(T item, std::size_t cost = 1) {
    while (!closed_ && !has_space(cost)) {
      if (!co_await space_.wait()) co_return false;
    }
    co_return try_push(std::move(item), cost);
  }

  /// False when the channel is full or closed.
  bool try_push(T item, std::size_t cost = 1) {
    if (closed_ || !has_space(cost)) return false;
    items_.emplace_back(std::move(item), cost);
    used_ += cost;
    data_.notify_all();
    return true;
  }

  /// Waits for an item. nullopt when the channel is closed and empty, or the calling task is cancelled.
  Awaitable<std::optional<T>> pop() {
    while (items_.empty() && !closed_) {
      if (!co_await data_.wait()) co_return std::nullopt;
    }
    co_return try_pop();
  }

  std::optional<T> try_pop() {
    if (items_.empty()) return std::nullopt;
    auto [item, cost] = std::move(items_.front());
    items_.pop_front();
    used_ -= cost;
    space_.notify_all();
    return std::move(item);
  }

  /// The writer is done: what is queued can still be popped.
  void close() {
    closed_ = true;
    data_.notify_all();
    space_.notify_all();
  }

  /// One side gave up: what is queued is dropped.
  void abandon() {
    items_.clear();
    used_ = 0;
    close();
  }

  [[nodiscard]] bool has_space(std::size_t cost) const { return items_.empty() || cost <= capacity_ - used(); }
  [[nodiscard]] std::size_t used() const { return used_ < capacity_ ? used_ : capacity_; }
  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool closed() const { return closed_; }

 private:
  std::size_t capacity_;
  std::size_t used_ = 0;
  bool closed_ = false;
  std::deque<std::pair<T, std::size_t>> items_;
  Notifier data_;
  Notifier space_;
};

}  // namespace antiphon::runtime
