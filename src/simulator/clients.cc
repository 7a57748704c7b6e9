#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "simulator/simulation.h"

// The clients of a simulation: when they come, how long they stay, and what they do when refused.

namespace antiphon::simulator {
namespace {

/// Users of group g are numbered from g * this; those that come once from kOnce.
constexpr std::uint64_t kUsersPerGroup = 1'000'000;
constexpr std::uint64_t kOnce = 1'000'000'000'000;
/// Account n of Group::account has this number and n.
constexpr std::uint64_t kAccounts = 2'000'000'000'000;
/// How much later than told a client comes back at most.
constexpr double kPunctuality = 1.0;

}  // namespace

void Simulation::open_doors() {
  for (std::uint32_t index = 0; index < scenario_.groups.size(); ++index) {
    const Group& group = scenario_.groups[index];
    if (std::holds_alternative<Poisson>(group.arrivals)) at(now_, Kind::kArrival, index);
    if (const auto* bursts = std::get_if<Bursts>(&group.arrivals)) at(now_ + bursts->first, Kind::kBurst, index);
    const auto* loop = std::get_if<ClosedLoop>(&group.arrivals);
    if (loop == nullptr) continue;
    for (std::uint32_t i = 0; i < group.users * loop->parallel; ++i) {
      // Listeners that all begin at once would stay in step.
      const double share = std::uniform_real_distribution(0.0, 1.0)(clients_);
      expect(index, now_ + base::from_seconds(share * base::to_seconds(any_length(group))));
    }
  }
}

void Simulation::next_arrival(std::uint32_t index) {
  const double rate = request_rate(scenario_, scenario_.groups[index]);
  if (rate <= 0) return;
  const auto when = now_ + base::from_seconds(std::exponential_distribution(rate)(clients_));
  if (when > last_call_) return;
  expect(index, when);
  at(when, Kind::kArrival, index);
}

void Simulation::burst(std::uint32_t index) {
  const auto& bursts = std::get<Bursts>(scenario_.groups[index].arrivals);
  for (std::uint32_t i = 0; i < bursts.size; ++i) expect(index, now_);
  if (bursts.every > base::Duration::zero() && now_ + bursts.every <= last_call_) {
    at(now_ + bursts.every, Kind::kBurst, index);
  }
}

void Simulation::expect(std::uint32_t index, base::TimePoint when, std::optional<base::UserId> user) {
  const Group& group = scenario_.groups[index];
  Request request{.group = index, .user = user ? *user : next_user(index), .arrival = when};
  if (group.account > 0) request.account = base::UserId{kAccounts + group.account};
  request.audio = any_length(group);
  request.guess = scenario_.length_margin * std::lognormal_distribution(0.0, scenario_.length_error)(clients_);
  enter(request);
}

void Simulation::repeat(const Request& refused, base::TimePoint when) {
  enter({.group = refused.group,
         .user = refused.user,
         .account = refused.account,
         .arrival = when,
         .audio = refused.audio,
         .attempt = refused.attempt + 1,
         .guess = refused.guess});
}

void Simulation::enter(Request request) {
  const Group& group = scenario_.groups[request.group];
  request.counted = request.arrival - base::TimePoint{} >= scenario_.warm_up;
  const auto index = trace_.requests.size();
  trace_.requests.push_back(request);
  at(request.arrival, Kind::kAsk, 0, index);
  const bool leaves = group.leave_share > 0 && std::uniform_real_distribution(0.0, 1.0)(clients_) < group.leave_share;
  if (!leaves) return;
  const double stays =
      std::uniform_real_distribution(0.0, 1.0)(clients_) * base::to_seconds(group.wait + request.audio);
  at(request.arrival + base::from_seconds(stays), Kind::kLeave, 0, index);
}

void Simulation::ask(std::uint64_t index) {
  const Request& request = trace_.requests[index];
  const Group& group = scenario_.groups[request.group];
  scheduler::StreamSpec spec{.id = base::StreamId{index + 1},
                             .user = request.user,
                             .account = request.account,
                             .voice = scheduler::VoiceId{group.voice},
                             .weight = group.weight,
                             .expected = base::from_seconds(base::to_seconds(request.audio) * request.guess)};
  const auto first = std::min(request.audio, scenario_.machine.segment_max);
  spec.first_segment = base::from_seconds(base::to_seconds(first) * request.guess);
  if (group.cheaper) spec.cheaper = scheduler::VoiceId{*group.cheaper};
  coordinator_.post(coordinator::RequestArrived{.stream = spec, .wait = group.wait});
}

void Simulation::leave(std::uint64_t index) {
  const Request& request = trace_.requests[index];
  const base::StreamId stream{index + 1};
  if (request.end != Request::End::kOpen) return;
  coordinator_.post(coordinator::RequestLeft{stream});
  if (request.admitted) {
    end_stream(stream, Request::End::kLeft);
  } else {
    trace_.requests[index].end = Request::End::kLeft;
    ask_again(trace_.requests[index], now_);
  }
}

void Simulation::perform(const coordinator::Admitted& admitted) {
  const auto& verdict = admitted.verdict;
  Request& asked = request(verdict.stream);
  ANTIPHON_CHECK(asked.end == Request::End::kOpen && !asked.admitted, "one verdict for each request");
  asked.admitted = true;
  ++admitted_;
  asked.waited = verdict.waited;
  const Group& group = scenario_.groups[asked.group];
  listeners_.emplace(
      verdict.stream,
      Listener{.spec = {.id = verdict.stream, .user = asked.user, .voice = verdict.voice, .weight = group.weight},
               .admitted_at = now_,
               .text_left = asked.audio,
               .segments = {},
               .heard = {}});
  if (watcher_) watcher_(*this, verdict.stream);
}

void Simulation::perform(const coordinator::Refused& command) {
  const auto& verdict = command.verdict;
  Request& asked = request(verdict.stream);
  ANTIPHON_CHECK(asked.end == Request::End::kOpen && !asked.admitted, "one verdict for each request");
  asked.end = Request::End::kRefused;
  asked.refusal = verdict.reason;
  asked.retry_after = verdict.retry_after;
  asked.waited = now_ - asked.arrival;
  const Group& group = scenario_.groups[asked.group];
  const Request refused = asked;
  const bool gives_up =
      group.retry == Retry::kNever || refused.attempt >= group.retries ||
      (group.retry == Retry::kWhenTold && refused.retry_after >= scheduler::AdmissionController::kNever);
  if (gives_up) return ask_again(refused, now_ + refused.audio);
  const auto delay =
      group.retry == Retry::kStubbornly
          ? group.retry_interval
          : refused.retry_after + base::from_seconds(std::uniform_real_distribution(0.0, kPunctuality)(random_));
  if (now_ + delay <= last_call_) repeat(refused, now_ + delay);
}

void Simulation::perform(const coordinator::StreamFailed& failed) {
  request(failed.stream).failure = failed.reason;
  end_stream(failed.stream, Request::End::kFailed);
}

void Simulation::end_stream(base::StreamId stream, Request::End how) {
  const auto it = listeners_.find(stream);
  ANTIPHON_CHECK(it != listeners_.end(), "a stream ends once");
  const Listener& listener = it->second;
  Request& ended = request(stream);
  const bool heard_all =
      listener.text_left <= base::Duration::zero() && listener.next_segment == listener.segments.size();
  ANTIPHON_CHECK(heard_all || how != Request::End::kComplete, "a stream is done when everything is rendered");
  ended.end = how;
  ++ended_;
  const auto& heard = listener.heard;
  if (heard.first_audio_at()) ended.first_audio = *heard.first_audio_at() - ended.arrival;
  ended.worst_gap = heard.worst_gap();
  ended.total_stall = heard.total_stall();
  const auto played = std::max(now_, heard.underrun_at().value_or(now_));
  listeners_.erase(it);
  ask_again(ended, how == Request::End::kComplete ? played : now_);
}

void Simulation::ask_again(const Request& ended, base::TimePoint when) {
  const Group& group = scenario_.groups[ended.group];
  const auto* loop = std::get_if<ClosedLoop>(&group.arrivals);
  const auto user = ended.user;
  if (loop != nullptr && when + loop->think <= last_call_) {
    expect(static_cast<std::uint32_t>(ended.group), when + loop->think, user);
  }
}

base::UserId Simulation::next_user(std::uint32_t index) {
  const auto turn = turns_[index]++;
  const auto users = scenario_.groups[index].users;
  if (users == 0) return base::UserId{kOnce + own_users_++};
  return base::UserId{(index + 1) * kUsersPerGroup + turn % users};
}

base::Duration Simulation::any_length(const Group& group) {
  double shares = 0;
  for (const auto& length : group.lengths) shares += length.share;
  double pick = std::uniform_real_distribution(0.0, shares)(clients_);
  const Length* chosen = &group.lengths.back();
  for (const auto& length : group.lengths) {
    pick -= length.share;
    if (pick < 0) {
      chosen = &length;
      break;
    }
  }
  return base::from_seconds(
      std::uniform_real_distribution(base::to_seconds(chosen->least), base::to_seconds(chosen->most))(clients_));
}

}  // namespace antiphon::simulator
