#include "scheduler/start_turns.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace antiphon::scheduler {
namespace {

/// Where one who comes to wait joins, in turns after the one that was taken last.
constexpr double kJoins = 0.5;

}  // namespace

void TurnQueue::join(base::UserId id) {
  Member& member = members_[id];
  if (std::exchange(member.waits, true)) return;
  member.turn = std::max(member.turn, virtual_turn_ + kJoins);
  waiting_.insert({.turn = member.turn, .last = member.last, .id = id});
}

void TurnQueue::leave(base::UserId id) {
  const auto it = members_.find(id);
  if (it == members_.end() || !std::exchange(it->second.waits, false)) return;
  waiting_.erase({.turn = it->second.turn, .last = it->second.last, .id = id});
}

std::optional<base::UserId> TurnQueue::front() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->id);
}

double TurnQueue::take(base::UserId id, double cost) {
  Member& member = members_[id];
  if (member.waits) waiting_.erase({.turn = member.turn, .last = member.last, .id = id});
  const double turn = member.turn;
  virtual_turn_ = std::max(virtual_turn_, turn);
  member.turn += cost;
  member.last = ++served_;
  if (member.waits) waiting_.insert({.turn = member.turn, .last = member.last, .id = id});
  return turn;
}

void StartTurns::add(base::UserId account, base::UserId user, base::StreamId stream) {
  Account& within = within_[account];
  within.ready[user].insert(stream);
  within.users.join(user);
  accounts_.join(account);
}

void StartTurns::remove(base::UserId account, base::UserId user, base::StreamId stream) {
  const auto it = within_.find(account);
  if (it == within_.end()) return;
  const auto ready = it->second.ready.find(user);
  if (ready == it->second.ready.end()) return;
  ready->second.erase(stream);
  if (!ready->second.empty()) return;
  it->second.ready.erase(ready);
  it->second.users.leave(user);
  if (it->second.ready.empty()) accounts_.leave(account);
}

std::optional<base::StreamId> StartTurns::front() const {
  const auto account = accounts_.front();
  if (!account) return std::nullopt;
  const Account& within = within_.at(*account);
  return *within.ready.at(*within.users.front()).begin();
}

double StartTurns::take(base::UserId account, base::UserId user, double weight) {
  ANTIPHON_CHECK(weight > 0, "weight");
  within_[account].users.take(user, 1);
  return accounts_.take(account, 1 / weight);
}

void StartTurns::forget_user(base::UserId account, base::UserId user) {
  if (const auto it = within_.find(account); it != within_.end()) it->second.users.forget(user);
}

void StartTurns::forget_account(base::UserId account) {
  within_.erase(account);
  accounts_.forget(account);
}

}  // namespace antiphon::scheduler
