#include "progress/memory_store.h"

#include <algorithm>
#include <utility>

namespace antiphon::progress {

MemoryStore::MemoryStore(runtime::Clock& clock, MemoryStoreOptions options)
    : clock_(clock), options_(std::move(options)) {}

void MemoryStore::put(Record record) {
  if (!within_limits(record.request) || look_up(record.request.name) != order_.end()) return;
  record.cell = options_.cell;
  record.token = {1};
  record.created_ms = record.updated_ms = now_ms();
  const auto bytes = bytes_of(record);
  const auto name = record.request.name;
  order_.push_back({.record = std::move(record), .written = clock_.now(), .bytes = bytes});
  records_.emplace(name, std::prev(order_.end()));
  bytes_ += bytes;
  trim();
}

void MemoryStore::update(const StreamName& name, FencingToken token, Progress progress) {
  const auto kept = look_up(name);
  if (kept == order_.end() || kept->record.token > token) return;
  kept->record.progress = std::move(progress);
  touch(kept);
  trim();
}

void MemoryStore::erase(const StreamName& name, FencingToken token) {
  const auto kept = look_up(name);
  if (kept != order_.end() && kept->record.token <= token) drop(kept);
}

runtime::Awaitable<Result<Record>> MemoryStore::find(StreamName name) {
  const auto kept = look_up(name);
  if (kept == order_.end()) co_return std::unexpected(Errc::kNotFound);
  co_return kept->record;
}

runtime::Awaitable<Result<Record>> MemoryStore::claim(StreamName name) {
  const auto kept = look_up(name);
  if (kept == order_.end()) co_return std::unexpected(Errc::kNotFound);
  const auto before = kept->record.token;
  kept->record.token = {before.value + 1};
  kept->record.cell = options_.cell;
  kept->record.progress.state = State::kLive;
  touch(kept);
  auto record = kept->record;
  if (lost_) lost_(name, before);
  co_return record;
}

runtime::Awaitable<Result<bool>> MemoryStore::owns(StreamName name, FencingToken token) {
  const auto kept = look_up(name);
  co_return kept == order_.end() || kept->record.token <= token;
}

runtime::Awaitable<Result<Binding>> MemoryStore::bind(std::string key, Binding binding) {
  trim();
  if (const auto found = bindings_.find(key); found != bindings_.end()) co_return found->second->binding;
  bound_.push_back({.key = key, .binding = binding, .at = clock_.now()});
  bindings_.emplace(std::move(key), std::prev(bound_.end()));
  trim();
  co_return binding;
}

runtime::Awaitable<Result<std::vector<Record>>> MemoryStore::live(Filter filter) {
  trim();
  std::vector<const Record*> matching;
  for (const auto& kept : order_) {
    const auto& record = kept.record;
    if (record.progress.state == State::kLive && filter.matches(record.request)) matching.push_back(&record);
  }
  std::ranges::sort(matching, {}, [](const Record* record) { return record->request.name; });
  if (matching.size() > filter.most) matching.resize(filter.most);
  std::vector<Record> found;
  for (const auto* const record : matching) found.push_back(*record);
  co_return found;
}

runtime::Awaitable<Result<Totals>> MemoryStore::totals(std::uint64_t user) {
  trim();
  Totals totals;
  for (const auto& kept : order_) {
    if (kept.record.request.user != user) continue;
    const auto& progress = kept.record.progress;
    ++totals.streams;
    totals.live += progress.state == State::kLive ? 1 : 0;
    totals.samples_rendered += progress.samples_rendered;
    totals.bytes_written += progress.bytes_written;
  }
  co_return totals;
}

void MemoryStore::trim() {
  const auto oldest = clock_.now() - options_.ttl;
  while (!order_.empty() && order_.front().written <= oldest) drop(order_.begin());
  while (!order_.empty() && (order_.size() > options_.max_records || bytes_ > options_.max_bytes)) {
    ++evicted_;
    drop(order_.begin());
  }
  while (!bound_.empty() && (bound_.front().at <= oldest || bound_.size() > options_.max_bindings)) {
    bindings_.erase(bound_.front().key);
    bound_.pop_front();
  }
}

void MemoryStore::drop(Order::iterator kept) {
  bytes_ -= kept->bytes;
  records_.erase(kept->record.request.name);
  order_.erase(kept);
}

void MemoryStore::touch(Order::iterator kept) {
  kept->written = clock_.now();
  kept->record.updated_ms = now_ms();
  bytes_ -= kept->bytes;
  kept->bytes = bytes_of(kept->record);
  bytes_ += kept->bytes;
  order_.splice(order_.end(), order_, kept);
}

MemoryStore::Order::iterator MemoryStore::look_up(const StreamName& name) {
  trim();
  const auto found = records_.find(name);
  return found == records_.end() ? order_.end() : found->second;
}

}  // namespace antiphon::progress
