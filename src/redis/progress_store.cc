#include "redis/progress_store.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <optional>
#include <span>
#include <utility>

#include "redis/progress_scripts.h"
#include "runtime/log.h"

namespace antiphon::redis {
namespace {

using progress::bytes_of;
using progress::FencingToken;
using progress::now_ms;
using progress::Record;
using progress::StreamName;

constexpr std::size_t kMostCounted = 1000;
/// Names of live streams that are looked at for a list.
constexpr std::size_t kMostLive = 10'000;
/// Records that are asked for at once.
constexpr std::size_t kReadAtOnce = 128;

std::unexpected<progress::Errc> unavailable() { return std::unexpected(progress::Errc::kUnavailable); }
std::unexpected<progress::Errc> not_found() { return std::unexpected(progress::Errc::kNotFound); }

template <class T>
std::optional<T> parse_number(const std::string& text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The answer to HMGET r p o t c u; nullopt for what is no record of that name.
std::optional<Record> parse_record(const Reply& reply, const StreamName& name) {
  if (reply.elements.size() != 6) return std::nullopt;
  const auto text = [&](std::size_t i) -> const std::string& { return reply.elements[i].text; };
  auto request = progress::decode_request(text(0));
  auto done = progress::decode_progress(text(1));
  const auto token = parse_number<std::uint64_t>(text(3));
  const auto created = parse_number<std::int64_t>(text(4));
  const auto updated = parse_number<std::int64_t>(text(5));
  if (!request || !done || !token || !created || !updated || request->name != name) return std::nullopt;
  return Record{.request = std::move(*request),
                .progress = std::move(*done),
                .cell = text(2).substr(0, progress::RecordLimits::kNameBytes),
                .token = {*token},
                .created_ms = *created,
                .updated_ms = *updated};
}

/// Leaves out what is no name.
std::vector<StreamName> names_in(const Reply& reply) {
  std::vector<StreamName> names;
  for (const auto& element : reply.elements) {
    if (const auto name = progress::parse_name(element.text)) names.push_back(*name);
  }
  return names;
}

std::string encode_binding(const progress::Binding& binding) {
  return progress::to_text(binding.stream) + std::string(binding.body.begin(), binding.body.end());
}

std::optional<progress::Binding> parse_binding(std::string_view bytes) {
  progress::Binding binding;
  if (bytes.size() != 32 + binding.body.size()) return std::nullopt;
  const auto name = progress::parse_name(bytes.substr(0, 32));
  if (!name) return std::nullopt;
  binding.stream = *name;
  std::ranges::copy(bytes.substr(32), binding.body.begin());
  return binding;
}

}  // namespace

ProgressStore::ProgressStore(runtime::Clock& clock, Client& client, ProgressStoreOptions options)
    : clock_(clock), client_(client), options_(std::move(options)) {
  client_.on_change([this](const std::string& reason) { connection_changed(reason); });
}

void ProgressStore::connection_changed(const std::string& reason) {
  write_sha1_.clear();
  if (reason.empty()) {
    runtime::log_info("progress_store_connected");
    static_cast<void>(client_.send({"SCRIPT", "LOAD", std::string(write_script())}, [this](const Result<Reply>& reply) {
      if (reply && reply->kind == Reply::Kind::kString && reply->text.size() == 40) write_sha1_ = reply->text;
    }));
  } else if (!away_) {
    runtime::log_warn("progress_store_unavailable", {{"reason", reason}});
  }
  away_ = !reason.empty();
}

runtime::Awaitable<> ProgressStore::run() {
  while (co_await runtime::sleep_for(clock_, options_.interval / 4)) write_due();
}

void ProgressStore::put(Record record) {
  if (!within_limits(record.request) || owned_.contains(record.request.name)) return;
  record.cell = options_.cell;
  record.token = {1};
  record.created_ms = now_ms();
  own(std::move(record));
}

void ProgressStore::own(Record record) {
  const auto bytes = bytes_of(record);
  if (owned_.size() >= options_.max_records || bytes > options_.max_bytes - std::min(bytes_, options_.max_bytes)) {
    ++dropped_;
    return;
  }
  bytes_ += bytes;
  const auto name = record.request.name;
  const auto [place, fresh] = owned_.try_emplace(name, Owned{.record = std::move(record), .bytes = bytes});
  static_cast<void>(write(name, place->second));
}

void ProgressStore::update(const StreamName& name, FencingToken token, progress::Progress progress) {
  const auto found = owned_.find(name);
  if (found == owned_.end() || found->second.record.token != token) return;
  auto& owned = found->second;
  owned.record.progress = std::move(progress);
  owned.dirty = true;
  bytes_ -= owned.bytes;
  owned.bytes = bytes_of(owned.record);
  bytes_ += owned.bytes;
  if (owned.record.progress.state != progress::State::kLive && !owned.in_flight) {
    static_cast<void>(write(name, owned));
  }
}

void ProgressStore::erase(const StreamName& name, FencingToken token) {
  const auto found = owned_.find(name);
  if (found == owned_.end() || found->second.record.token != token) return;
  auto command = script(erase_script(), name, found->second.record.request.user);
  command.insert(command.end(), {std::to_string(token.value), to_text(name)});
  drop(name);
  static_cast<void>(client_.send(command, [](const Result<Reply>&) {}));
}

void ProgressStore::drop(const StreamName& name) {
  const auto found = owned_.find(name);
  if (found == owned_.end()) return;
  bytes_ -= found->second.bytes;
  owned_.erase(found);
}

void ProgressStore::write_due() {
  if (!client_.connected()) return;
  const auto now = clock_.now();
  for (auto& [name, owned] : owned_) {
    if (owned.in_flight) continue;
    if (now - owned.written < (owned.dirty ? options_.interval : options_.refresh)) continue;
    if (!write(name, owned)) return;
  }
}

bool ProgressStore::write(const StreamName& name, Owned& owned) {
  const auto& record = owned.record;
  Command command = script(write_script(), name, record.request.user);
  if (!write_sha1_.empty()) {
    command[0] = "EVALSHA";
    command[1] = write_sha1_;
  }
  const bool live = record.progress.state == progress::State::kLive;
  command.insert(command.end(),
                 {std::to_string(record.token.value), record.cell, encode(record.progress), std::to_string(now_ms()),
                  ttl_ms(), live ? "1" : "0", to_text(name), std::to_string(record.created_ms)});
  if (owned.whole) command.push_back(encode(record.request));
  const auto token = record.token;
  if (!client_.send(command, [this, name, token](const Result<Reply>& reply) { written(name, token, reply); })) {
    return false;
  }
  owned.written = clock_.now();
  owned.in_flight = true;
  owned.dirty = owned.whole = false;
  return true;
}

void ProgressStore::written(const StreamName& name, FencingToken token, const Result<Reply>& reply) {
  const auto found = owned_.find(name);
  const bool current = found != owned_.end() && found->second.record.token == token;
  if (current) found->second.in_flight = false;
  // A later owner has a greater token; a server that names another one cannot be believed.
  const bool taken = reply && reply->kind == Reply::Kind::kInteger &&
                     (reply->integer <= 0 || std::cmp_greater(reply->integer, token.value));
  if (!taken) {
    ++failures_;
    if (!reply && reply.error().message.starts_with("NOSCRIPT")) {
      write_sha1_.clear();
    } else if (!reply && reply.error().code == Errc::kRefused && !std::exchange(refused_, true)) {
      runtime::log_warn("progress_store_refuses", {{"reason", reply.error().message}});
    }
    if (current) found->second.dirty = found->second.whole = true;
    return;
  }
  if (std::exchange(refused_, false)) runtime::log_info("progress_store_takes_writes");
  if (!current) return;
  auto& owned = found->second;
  if (reply->integer > 0) {
    drop(name);
    if (lost_) lost_(name, token);
  } else if (reply->integer < 0) {
    owned.dirty = owned.whole = true;
    static_cast<void>(write(name, owned));
  } else if (owned.record.progress.state != progress::State::kLive) {
    if (!owned.dirty) return drop(name);
    static_cast<void>(write(name, owned));
  }
}

runtime::Awaitable<progress::Result<Record>> ProgressStore::find(StreamName name) {
  if (const auto found = owned_.find(name); found != owned_.end()) co_return found->second.record;
  const auto reply = co_await client_.ask({"HMGET", key("s", to_text(name)), "r", "p", "o", "t", "c", "u"});
  if (!reply) co_return unavailable();
  auto record = parse_record(*reply, name);
  if (!record) co_return not_found();
  co_return std::move(*record);
}

runtime::Awaitable<progress::Result<Record>> ProgressStore::claim(StreamName name) {
  auto command = script(claim_script(), name, 0);
  command.insert(command.end(), {options_.cell, std::to_string(now_ms()), ttl_ms(), to_text(name)});
  const auto reply = co_await client_.ask(std::move(command));
  if (!reply) co_return unavailable();
  auto record = parse_record(*reply, name);
  if (!record) co_return not_found();
  record->progress.state = progress::State::kLive;
  if (const auto before = owned_.find(name); before != owned_.end()) {
    // What was said here last may not be written yet.
    record->progress = before->second.record.progress;
    record->progress.state = progress::State::kLive;
    const auto token = before->second.record.token;
    drop(name);
    if (lost_) lost_(name, token);
  }
  auto result = *record;
  own(std::move(*record));
  co_return result;
}

runtime::Awaitable<progress::Result<bool>> ProgressStore::owns(StreamName name, FencingToken token) {
  const auto reply = co_await client_.ask({"HGET", key("s", to_text(name)), "t"});
  if (!reply) co_return unavailable();
  if (reply->kind == Reply::Kind::kNil) co_return true;  // it was never written, or Redis was wiped
  const auto owner = parse_number<std::uint64_t>(reply->text);
  co_return owner && *owner <= token.value;
}

runtime::Awaitable<progress::Result<progress::Binding>> ProgressStore::bind(std::string key_text,
                                                                            progress::Binding binding) {
  const auto where = key("i", key_text);
  const auto taken = co_await client_.ask({"SET", where, encode_binding(binding), "NX", "PX", ttl_ms()});
  if (!taken) co_return unavailable();
  if (taken->kind == Reply::Kind::kStatus) co_return binding;
  const auto kept = co_await client_.ask({"GET", where});
  if (!kept) co_return unavailable();
  const auto before = parse_binding(kept->text);
  if (!before) co_return unavailable();
  co_return *before;
}

runtime::Awaitable<progress::Result<std::vector<Record>>> ProgressStore::read(std::vector<StreamName> names) {
  std::vector<Command> commands;
  for (const auto& name : names) {
    commands.push_back({"HMGET", key("s", to_text(name)), "r", "p", "o", "t", "c", "u"});
  }
  const auto replies = co_await client_.ask_all(std::move(commands));
  if (!replies) co_return unavailable();
  std::vector<Record> records;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (const auto owned = owned_.find(names[i]); owned != owned_.end()) {
      records.push_back(owned->second.record);
    } else if (auto record = parse_record(replies->at(i), names[i])) {
      records.push_back(std::move(*record));
    }
  }
  co_return records;
}

runtime::Awaitable<progress::Result<std::vector<Record>>> ProgressStore::live(progress::Filter filter) {
  const auto reply =
      co_await client_.ask({"EVAL", std::string(list_script()), "1", key("live", ""), std::to_string(kMostLive)});
  if (!reply) co_return unavailable();
  auto names = names_in(*reply);
  if (filter.after) std::erase_if(names, [&](const StreamName& name) { return name <= *filter.after; });
  std::ranges::sort(names);
  std::vector<Record> found;
  for (auto rest = std::span(names); !rest.empty() && found.size() < filter.most;) {
    const auto some = rest.first(std::min(rest.size(), kReadAtOnce));
    rest = rest.subspan(some.size());
    auto records = co_await read({some.begin(), some.end()});
    if (!records) co_return unavailable();
    for (auto& record : *records) {
      if (record.progress.state != progress::State::kLive || !filter.matches(record.request)) continue;
      if (found.size() < filter.most) found.push_back(std::move(record));
    }
  }
  co_return found;
}

runtime::Awaitable<progress::Result<progress::Totals>> ProgressStore::totals(std::uint64_t user) {
  const auto reply =
      co_await client_.ask({"ZRANGE", key("u", std::to_string(user)), "0", std::to_string(kMostCounted - 1), "REV"});
  if (!reply) co_return unavailable();
  const auto records = co_await read(names_in(*reply));
  if (!records) co_return unavailable();
  progress::Totals totals;
  for (const auto& record : *records) {
    ++totals.streams;
    totals.live += record.progress.state == progress::State::kLive ? 1 : 0;
    totals.samples_rendered += record.progress.samples_rendered;
    totals.bytes_written += record.progress.bytes_written;
  }
  co_return totals;
}

progress::Figures ProgressStore::figures() const {
  return {.records = owned_.size(),
          .bytes = bytes_,
          .dropped = dropped_,
          .failures = failures_,
          .connections = client_.connections(),
          .connected = client_.connected() ? 1U : 0U,
          .commands = client_.commands(),
          .sent_bytes = client_.sent_bytes(),
          .waiting = client_.waiting()};
}

Command ProgressStore::script(std::string_view text, const StreamName& name, std::uint64_t user) const {
  return {"EVAL", std::string(text), "3", key("s", to_text(name)), key("live", ""), key("u", std::to_string(user))};
}

std::string ProgressStore::key(std::string_view kind, std::string_view name) const {
  std::string text = "{" + options_.prefix + "}:";
  text += kind;
  if (!name.empty()) text.append(":").append(name);
  return text;
}

std::string ProgressStore::ttl_ms() const {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(options_.ttl).count());
}

}  // namespace antiphon::redis
