#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "progress/store.h"
#include "redis/client.h"
#include "runtime/clock.h"

namespace antiphon::redis {

struct ProgressStoreOptions {
  std::string prefix = "antiphon";             ///< Begin of every key, in braces: on a cluster all lie in one slot.
  std::string cell = "local";                  ///< The name of this gateway in its records.
  base::Duration ttl = std::chrono::hours(1);  ///< How long a record lasts after it was last written.
  base::Duration interval = std::chrono::seconds(1);  ///< Between two writes of one stream.
  /// A live stream that has nothing new is written after so long, so that it is known to live, and comes back to a
  /// server that was wiped.
  base::Duration refresh = std::chrono::seconds(10);
  std::size_t max_records = 10'000;  ///< Most records of this gateway's that are live or not yet written; 1 or more.
  std::size_t max_bytes = std::size_t{64} << 20U;  ///< Most bytes of their texts and segments.
};

/// Keeps records in Redis, where every gateway with the same prefix finds them. What this gateway writes waits here,
/// one state for each stream, and is written once each interval; while Redis cannot be reached it goes on waiting.
/// Records beyond max_records or max_bytes are not kept. Reads fail with kUnavailable. On one event loop.
class ProgressStore final : public progress::Store {
 public:
  /// `client`, whose run() the caller spawns, and `clock` outlive the store, which takes the client's on_change().
  /// The client's run() ends before the store does.
  ProgressStore(runtime::Clock& clock, Client& client, ProgressStoreOptions options);

  /// Writes until the calling task is cancelled. Call it once.
  [[nodiscard]] runtime::Awaitable<> run();

  void put(progress::Record record) override;
  void update(const progress::StreamName& name, progress::FencingToken token, progress::Progress progress) override;
  void erase(const progress::StreamName& name, progress::FencingToken token) override;
  [[nodiscard]] runtime::Awaitable<progress::Result<progress::Record>> find(progress::StreamName name) override;
  [[nodiscard]] runtime::Awaitable<progress::Result<progress::Record>> claim(progress::StreamName name) override;
  [[nodiscard]] runtime::Awaitable<progress::Result<bool>> owns(progress::StreamName name,
                                                                progress::FencingToken token) override;
  [[nodiscard]] runtime::Awaitable<progress::Result<progress::Binding>> bind(std::string key,
                                                                             progress::Binding binding) override;
  [[nodiscard]] runtime::Awaitable<progress::Result<std::vector<progress::Record>>> live(
      progress::Filter filter) override;
  [[nodiscard]] runtime::Awaitable<progress::Result<progress::Totals>> totals(std::uint64_t user) override;
  [[nodiscard]] progress::Figures figures() const override;
  void on_lost(std::function<void(const progress::StreamName&, progress::FencingToken)> callback) override {
    lost_ = std::move(callback);
  }

  [[nodiscard]] std::size_t records() const { return owned_.size(); }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  [[nodiscard]] std::uint64_t dropped() const { return dropped_; }    ///< Records that were not kept.
  [[nodiscard]] std::uint64_t failures() const { return failures_; }  ///< Writes that Redis refused or did not answer.

 private:
  struct Owned {
    progress::Record record;
    std::size_t bytes = 0;
    base::TimePoint written{};
    bool dirty = true;
    bool whole = true;  ///< The request is to be written, too.
    bool in_flight = false;
  };

  void own(progress::Record record);
  void drop(const progress::StreamName& name);
  void write_due();
  /// False where the client takes no more now.
  [[nodiscard]] bool write(const progress::StreamName& name, Owned& owned);
  void written(const progress::StreamName& name, progress::FencingToken token, const Result<Reply>& reply);
  void connection_changed(const std::string& reason);
  [[nodiscard]] Command script(std::string_view text, const progress::StreamName& name, std::uint64_t user) const;
  [[nodiscard]] std::string key(std::string_view kind, std::string_view name) const;
  [[nodiscard]] std::string ttl_ms() const;
  /// The records of these names that there are, as this cell knows its own.
  [[nodiscard]] runtime::Awaitable<progress::Result<std::vector<progress::Record>>> read(
      std::vector<progress::StreamName> names);

  runtime::Clock& clock_;
  Client& client_;
  ProgressStoreOptions options_;
  std::unordered_map<progress::StreamName, Owned> owned_;
  std::size_t bytes_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t failures_ = 0;
  bool refused_ = false;      ///< Redis refuses writes; the log says so once.
  bool away_ = false;         ///< There is no connection; the log says so once.
  std::string write_sha1_{};  ///< By which Redis knows the script that writes; "": not yet.
  std::function<void(const progress::StreamName&, progress::FencingToken)> lost_;
};

}  // namespace antiphon::redis
