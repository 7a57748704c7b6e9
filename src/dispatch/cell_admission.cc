#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <unordered_map>
#include <utility>

#include "dispatch/cell.h"

// Requests that are admitted, and streams that leave.

namespace antiphon::dispatch {
namespace {

StreamEnd end_of(const SpeechStream& stream) {
  switch (stream.end()) {
    case SpeechStream::End::kNotYet:
      return StreamEnd::kCancelled;
    case SpeechStream::End::kComplete:
      return StreamEnd::kComplete;
    case SpeechStream::End::kFailed:
      break;
  }
  return stream.error().code == protocol::Errc::kShed ? StreamEnd::kShed : StreamEnd::kFailed;
}

/// When a voice that finds no memory may try again.
constexpr base::Duration kDeviceRetry = std::chrono::seconds(10);

/// What keeps further workers from being started, for the message of a refusal.
std::string_view why_it_cannot_grow(worker_pool::Limit limit) {
  switch (limit) {
    case worker_pool::Limit::kNone:
      break;
    case worker_pool::Limit::kWorkers:
      return ", with all the workers that it may have";
    case worker_pool::Limit::kFaults:
      return ", since workers have failed";
    case worker_pool::Limit::kMemory:
      return ", and the machine's memory has no room for another worker";
    case worker_pool::Limit::kDeviceMemory:
      return ", and the device's memory has no room for another worker";
  }
  return "";
}

}  // namespace

Cell::Handle Cell::open(SpeechSpec spec) {
  const auto& spoken = voice(spec.voice_id);
  const base::StreamId id{next_stream_++};
  auto asking = party_of(id, spec);
  Handle stream(new SpeechStream(executor_, id, std::move(spec), clock_.now()), Closer{this});
  streams_.emplace(id, stream.get());
  if (stopping_) {
    stream->fail({.code = protocol::Errc::kWorkerLost, .message = "the server is stopping"});
    return stream;
  }
  if (has_refused_text(*stream)) {
    refuse_text(*stream);
    return stream;
  }
  if (fleet_.lacks_room_for(spoken.id)) {
    probe_.refused_device_memory();
    live_.add(LiveRefusal{.at = clock_.now(), .reason = "device_memory", .retry_after = kDeviceRetry});
    stream->fail({.code = protocol::Errc::kBusy,
                  .message = fmt::format("The device's memory is full: '{}' cannot be loaded beside other voices; come "
                                         "back in {:.0f} s.",
                                         spoken.id, base::to_seconds(kDeviceRetry)),
                  .retry_after = kDeviceRetry});
    return stream;
  }
  const auto& asked = stream->spec();
  const bool is_whole = asked.arrival == TextArrival::kWhole;
  asking.voice = number(spoken.id);
  asking.expected = is_whole ? expected_left(*stream) : options_.scheduling.headroom_length;
  asking.first_segment = expected_first(*stream);
  asking.awaits_text = stream->utterance().waiting();
  if (!asked.cheaper_voice_id.empty()) asking.cheaper = number(asked.cheaper_voice_id);
  post(coordinator::RequestArrived{.stream = asking, .wait = asked.wait, .speed = static_cast<double>(asked.speed)});
  act();
  return stream;
}

Cell::Handle Cell::replay(SpeechSpec spec, SharedPcm pcm) {
  const base::StreamId id{next_stream_++};
  const auto now = clock_.now();
  const auto refused = desk().over_limit(party_of(id, spec), now);
  Handle stream(new SpeechStream(executor_, id, std::move(spec), std::move(pcm), now), Closer{this});
  streams_.emplace(id, stream.get());
  if (stopping_) {
    stream->fail({.code = protocol::Errc::kWorkerLost, .message = "the server is stopping"});
  } else if (refused) {
    perform(coordinator::Refused{.verdict = *refused});
  } else {
    stream->enter({.at = now, .from_cache = true});
    probe_.admitted({});
  }
  return stream;
}

scheduler::StreamSpec Cell::party_of(base::StreamId id, const SpeechSpec& spec) const {
  scheduler::StreamSpec party{.id = id,
                              .user = spec.user,
                              .account = spec.account,
                              .weight = spec.weight,
                              .max_streams = spec.max_streams,
                              .elsewhere = spec.elsewhere};
  for (const auto& [other, stream] : streams_) {
    // The scheduler knows those that are rendered.
    if (!stream->is_replay() || stream->end() != SpeechStream::End::kNotYet) continue;
    const auto& theirs = stream->spec();
    if (theirs.account.value_or(theirs.user) != scheduler::account_of(party)) continue;
    ++party.elsewhere;
    if (theirs.user == party.user) ++party.elsewhere_of_user;
  }
  return party;
}

void Cell::Closer::operator()(SpeechStream* stream) const {
  cell->close(*stream);
  delete stream;
}

void Cell::give_up(SpeechStream& stream, protocol::Error error) {
  stream.fail(std::move(error));
  unschedule(stream);
  act();
}

void Cell::close(SpeechStream& stream) {
  streams_.erase(stream.id());
  unschedule(stream);
  if (stream.entry()) {
    probe_.ended(end_of(stream));
  } else if (stream.end() == SpeechStream::End::kNotYet) {
    probe_.left_waiting();
  }
  idle_.notify_all();
  act();
}

std::vector<progress::AccountStreams> Cell::told_accounts() const {
  std::unordered_map<std::uint64_t, std::uint32_t> limited;
  std::unordered_map<std::uint64_t, std::uint32_t> others;
  for (const auto& [id, stream] : streams_) {
    const auto& spec = stream->spec();
    if (stream->end() != SpeechStream::End::kNotYet) continue;
    ++(spec.max_streams > 0 ? limited : others)[spec.account.value_or(spec.user).value];
  }
  const auto list = [](const auto& streams) {
    std::vector<progress::AccountStreams> accounts;
    for (const auto& [account, count] : streams) accounts.push_back({.account = account, .streams = count});
    return accounts;
  };
  auto accounts = list(limited);
  // One stream more or less is all that is lost with those that have a single one, and most accounts have no more.
  auto shares = list(others);
  std::erase_if(shares, [](const auto& one) { return one.streams < 2; });
  std::ranges::sort(shares, std::ranges::greater{}, &progress::AccountStreams::streams);
  constexpr std::size_t kMostShares = 256;
  shares.resize(std::min(shares.size(), kMostShares));
  accounts.insert(accounts.end(), shares.begin(), shares.end());
  return accounts;
}

base::Duration Cell::expected_left(const SpeechStream& stream) const {
  const auto& model = lengths_[number(stream.spec().voice_id).value];
  const auto rest = stream.utterance().rest();
  return model.expected(rest.length, static_cast<double>(stream.spec().speed)) + rest.silence;
}

base::Duration Cell::expected_first(const SpeechStream& stream) const {
  const auto* segment = stream.utterance().next();
  if (segment == nullptr) return {};
  const auto& model = lengths_[number(stream.spec().voice_id).value];
  return model.expected(text::spoken_length(segment->text),
                        text::speed_in(segment->prosody, static_cast<double>(stream.spec().speed))) +
         segment->pause_before + segment->pause_after;
}

std::vector<scheduler::CostModel::Prior> Cell::costs() const {
  std::vector<scheduler::CostModel::Prior> costs;
  for (const auto& voice : voices_.all()) costs.push_back(scheduler().cost(number(voice.id), {}).prior());
  return costs;
}

void Cell::perform(const coordinator::Admitted& admitted) {
  const auto& verdict = admitted.verdict;
  SpeechStream& stream = *streams_.at(verdict.stream);
  const auto now = clock_.now();
  const auto& spoken = voices_.all()[verdict.voice.value];
  if (spoken.id != stream.spec().voice_id) stream.use_cheaper_voice(spoken.rate);
  stream.enter(
      {.at = now, .waited = verdict.waited, .predicted_start = admitted.predicted_start, .level = verdict.level});
  stream.progressed(now);
  if (stream.spec().arrival == TextArrival::kInPieces) report_text(stream);  // what came while it waited
  probe_.admitted(verdict.waited);
}

void Cell::perform(const coordinator::Refused& refused) {
  const auto& verdict = refused.verdict;
  probe_.refused(verdict.reason);
  live_.add(LiveRefusal{.at = clock_.now(), .reason = name_of(verdict.reason), .retry_after = verdict.retry_after});
  protocol::Error error{.code = protocol::Errc::kBusy, .retry_after = verdict.retry_after};
  const auto then = fmt::format("come back in {:.1f} s", base::to_seconds(verdict.retry_after));
  switch (verdict.reason) {
    case scheduler::RefusalReason::kCapacity:
      error.message = fmt::format("The server is full{}; {}.", why_it_cannot_grow(refused.limit), then);
      break;
    case scheduler::RefusalReason::kQueueFull:
      error.message = fmt::format("Too many wait for room already; {}.", then);
      break;
    case scheduler::RefusalReason::kNoWorkers:
      error.message = "No worker is ready yet.";
      break;
    case scheduler::RefusalReason::kUserLimit:
      error.code = protocol::Errc::kUserLimit;
      error.message = fmt::format("You have as many streams as you may have; {}.", then);
      break;
    case scheduler::RefusalReason::kAccountLimit:
      error.code = protocol::Errc::kUserLimit;
      error.message = fmt::format("This API key has as many streams as it may have; {}.", then);
      break;
  }
  streams_.at(verdict.stream)->fail(std::move(error));
}

}  // namespace antiphon::dispatch
