#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <unordered_map>

#include "base/time.h"
#include "progress/store.h"
#include "runtime/clock.h"

namespace antiphon::progress {

struct MemoryStoreOptions {
  std::size_t max_records = 10'000;                ///< 1 or more; the record written longest ago goes first.
  std::size_t max_bytes = std::size_t{64} << 20U;  ///< Most bytes of all records together, with their texts.
  base::Duration ttl = std::chrono::hours(1);      ///< How long a record lasts after it was last written.
  std::size_t max_bindings = 10'000;               ///< Idempotency keys; the oldest goes first.
  std::string cell = "local";                      ///< The name of this gateway in its records.
};

/// Keeps records in the memory of this process: gone when it ends, and bounded in their number, their bytes and their
/// age. Its reads never wait and never are kUnavailable.
class MemoryStore final : public Store {
 public:
  MemoryStore(runtime::Clock& clock, MemoryStoreOptions options);

  void put(Record record) override;
  void update(const StreamName& name, FencingToken token, Progress progress) override;
  void erase(const StreamName& name, FencingToken token) override;
  [[nodiscard]] runtime::Awaitable<Result<Record>> find(StreamName name) override;
  [[nodiscard]] runtime::Awaitable<Result<Record>> claim(StreamName name) override;
  [[nodiscard]] runtime::Awaitable<Result<bool>> owns(StreamName name, FencingToken token) override;
  [[nodiscard]] runtime::Awaitable<Result<Binding>> bind(std::string key, Binding binding) override;
  [[nodiscard]] runtime::Awaitable<Result<std::vector<Record>>> live(Filter filter) override;
  [[nodiscard]] runtime::Awaitable<Result<Totals>> totals(std::uint64_t user) override;
  [[nodiscard]] Figures figures() const override {
    return {.records = records_.size(), .bytes = bytes_, .dropped = evicted_};
  }
  void on_lost(std::function<void(const StreamName&, FencingToken)> callback) override { lost_ = std::move(callback); }

  [[nodiscard]] std::size_t records() const { return records_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::size_t bindings() const { return bindings_.size(); }
  /// Records that went before their time because the store was full.
  [[nodiscard]] std::uint64_t evicted() const { return evicted_; }

 private:
  struct Kept {
    Record record;
    base::TimePoint written;
    std::size_t bytes = 0;
  };
  struct Bound {
    std::string key;
    Binding binding;
    base::TimePoint at;
  };
  using Order = std::list<Kept>;

  /// Drops what is too old, and then what does not fit.
  void trim();
  void drop(Order::iterator kept);
  /// Marks it as written now.
  void touch(Order::iterator kept);
  /// Returns the end of order_ where there is none that has not expired.
  [[nodiscard]] Order::iterator look_up(const StreamName& name);

  runtime::Clock& clock_;
  MemoryStoreOptions options_;
  Order order_;  ///< The one written longest ago comes first.
  std::unordered_map<StreamName, Order::iterator> records_;
  std::size_t bytes_ = 0;
  std::uint64_t evicted_ = 0;
  std::list<Bound> bound_;  ///< The oldest comes first.
  std::unordered_map<std::string, std::list<Bound>::iterator> bindings_;
  std::function<void(const StreamName&, FencingToken)> lost_;
};

}  // namespace antiphon::progress
