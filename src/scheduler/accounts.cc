#include "scheduler/accounts.h"

namespace antiphon::scheduler {

void Accounts::enter(const StreamSpec& stream) {
  const auto [it, is_new] = accounts_.try_emplace(account_of(stream));
  Account& account = it->second;
  if (account.streams++ == 0 && !is_new) --between_;
  const auto [user, is_new_user] = users_.try_emplace(stream.user, User{.account = account_of(stream)});
  if (is_new_user) ++account.users;
  if (user->second.streams++ == 0) ++account.live;
}

void Accounts::leave(const StreamSpec& stream, base::TimePoint now) {
  Account& account = accounts_.at(account_of(stream));
  if (--account.streams == 0) ++between_;
  User& user = users_.at(stream.user);
  if (--user.streams > 0) return;
  --account.live;
  user.idle_since = now;
  idle_.emplace_back(now, stream.user);
}

void Accounts::begin_waiting(const StreamSpec& stream) {
  if (accounts_.at(account_of(stream)).waiting++ == 0) ++waiting_;
}

void Accounts::end_waiting(const StreamSpec& stream) {
  if (--accounts_.at(account_of(stream)).waiting == 0) --waiting_;
}

base::TimePoint Accounts::take_start_tag(const StreamSpec& stream, base::TimePoint now, base::Duration spacing) {
  return accounts_.at(account_of(stream)).starts.take(now, spacing);
}

void Accounts::charge(base::UserId user, base::Duration served) {
  if (const auto it = users_.find(user); it != users_.end()) it->second.served += served;
}

std::uint32_t Accounts::streams_of_account(base::UserId account) const {
  const auto it = accounts_.find(account);
  return it == accounts_.end() ? 0 : it->second.streams;
}

std::uint32_t Accounts::streams_of_user(base::UserId user) const {
  const auto it = users_.find(user);
  return it == users_.end() ? 0 : it->second.streams;
}

base::Duration Accounts::served(base::UserId user) const {
  const auto it = users_.find(user);
  return it == users_.end() ? base::Duration{} : it->second.served;
}

std::size_t Accounts::users_between_streams(base::UserId account) const {
  const auto it = accounts_.find(account);
  return it == accounts_.end() ? 0 : it->second.users - it->second.live;
}

std::size_t Accounts::users_of(base::UserId account) const {
  const auto it = accounts_.find(account);
  return it == accounts_.end() ? 0 : it->second.users;
}

std::vector<Member> Accounts::forget_idle(base::TimePoint now, base::Duration memory) {
  std::vector<Member> forgotten;
  while (!idle_.empty() && now - idle_.front().first >= memory) {
    const auto [since, id] = idle_.front();
    idle_.pop_front();
    const auto it = users_.find(id);
    if (it == users_.end() || it->second.streams > 0 || it->second.idle_since != since) continue;
    const auto owner = it->second.account;
    users_.erase(it);
    const auto account = accounts_.find(owner);
    forgotten.push_back({.account = owner, .user = id});
    if (--account->second.users > 0) continue;
    accounts_.erase(account);
    --between_;
  }
  return forgotten;
}

}  // namespace antiphon::scheduler
