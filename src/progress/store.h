#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "progress/record.h"
#include "runtime/awaitable.h"

namespace antiphon::progress {

enum class Errc : std::uint8_t {
  kNotFound,     ///< There is no such record, or no more.
  kUnavailable,  ///< The store cannot be asked now; asking later may help.
};
template <class T>
using Result = base::Result<T, Errc>;

/// Sums over the records of one user that the store still keeps.
struct Totals {
  std::uint64_t streams = 0;
  std::uint64_t live = 0;
  std::uint64_t samples_rendered = 0;
  std::uint64_t bytes_written = 0;
};

/// What a store holds now and has done since it began. Of a store in memory the last five are 0.
struct Figures {
  std::size_t records = 0;     ///< In this process: all of a store in memory, else those that are live or not written.
  std::size_t bytes = 0;       ///< Size of these records.
  std::uint64_t dropped = 0;   ///< Records that were not kept, or went before their time, since there was no room.
  std::uint64_t failures = 0;  ///< Writes that the server refused or did not answer.
  std::uint64_t connections = 0;  ///< Times that a connection to the server was made.
  std::size_t connected = 0;      ///< 1 while there is one.
  std::uint64_t commands = 0;     ///< Sent to the server.
  std::uint64_t sent_bytes = 0;   ///< Bytes of these commands.
  std::size_t waiting = 0;        ///< Commands whose answers have not come.
};

/// Which streams to list.
struct Filter {
  std::optional<std::uint64_t> account{};
  std::optional<std::uint64_t> user{};
  std::optional<StreamName> after{};  ///< Those with greater names alone.
  std::size_t most = 1000;

  [[nodiscard]] bool matches(const Request& request) const {
    return (!account || *account == request.account) && (!user || *user == request.user) &&
           (!after || request.name > *after);
  }
};

/// What an idempotency key stands for.
struct Binding {
  StreamName stream;
  base::Sha256Digest body{};  ///< Hash of the request that came with it first.
  friend bool operator==(const Binding&, const Binding&) = default;
};

/// Keeps records. Everything happens on the event loop. Writes return at once and never wait: a store that cannot keep
/// up keeps the last progress of each stream only, and loses the oldest streams when even that is too much. Reads may
/// wait. A store never fails a stream: speech goes on without its record.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  /// Keeps a new record, whose owner is this cell with the token 1. A record beyond its limits is not kept.
  virtual void put(Record record) = 0;
  /// Replaces the progress. Without effect where there is no such record or a later owner has claimed it.
  virtual void update(const StreamName& name, FencingToken token, Progress progress) = 0;
  /// Forgets the record. Without effect where a later owner has claimed it.
  virtual void erase(const StreamName& name, FencingToken token) = 0;

  /// Errors: kNotFound, kUnavailable.
  [[nodiscard]] virtual runtime::Awaitable<Result<Record>> find(StreamName name) = 0;
  /// Makes this cell the owner of the stream, with a token above all before, and sets its state to kLive. Returns the
  /// record as it is then. Errors: kNotFound, kUnavailable.
  [[nodiscard]] virtual runtime::Awaitable<Result<Record>> claim(StreamName name) = 0;
  /// Whether no owner with a greater token has claimed the stream. Error: kUnavailable.
  [[nodiscard]] virtual runtime::Awaitable<Result<bool>> owns(StreamName name, FencingToken token) = 0;
  /// Binds an idempotency key (a hash that holds its API key, too; at most RecordLimits::kNameBytes) unless it is
  /// bound. Returns what it stands for then. Errors: kUnavailable.
  [[nodiscard]] virtual runtime::Awaitable<Result<Binding>> bind(std::string key, Binding binding) = 0;
  /// Live streams of all cells, in the order of their names. Streams of a cell that has not said for a while that they
  /// live are not among them. Errors: kUnavailable.
  [[nodiscard]] virtual runtime::Awaitable<Result<std::vector<Record>>> live(Filter filter) = 0;
  /// Errors: kUnavailable.
  [[nodiscard]] virtual runtime::Awaitable<Result<Totals>> totals(std::uint64_t user) = 0;

  [[nodiscard]] virtual Figures figures() const = 0;

  /// Calls back, from the event loop, whenever the store learns that an owner with `token` or less has lost the stream:
  /// it may not write another byte of audio. A second call replaces the first; an empty function ends it.
  virtual void on_lost(std::function<void(const StreamName&, FencingToken token)> callback) = 0;
};

}  // namespace antiphon::progress
