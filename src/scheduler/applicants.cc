#include "scheduler/applicants.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>

#include "base/check.h"

namespace antiphon::scheduler {

void Applicants::add(Applicant applicant, base::Duration start_cost) {
  const auto& spec = applicant.spec;
  const auto id = spec.id;
  const auto begin = head();
  Account& account = accounts_[account_of(spec)];
  const auto tag = std::max(account.next, begin);
  account.next = tag + base::from_seconds(base::to_seconds(start_cost) / spec.weight);
  account.tags.push_back(tag);
  const auto first = account.order.empty() ? account.virtual_time : account.order.begin()->first;
  auto& next = account.next_of[spec.user];
  applicant.tag = std::max({next, account.virtual_time, first});
  next = applicant.tag + start_cost;
  account.order.emplace(applicant.tag, id);
  ++of_user_[spec.user];
  ANTIPHON_CHECK(waiting_.emplace(id, std::move(applicant)).second, "stream id is new");
}

void Applicants::admit(const Place& place) {
  const auto& applicant = *place.applicant;
  Account& account = accounts_.at(account_of(applicant.spec));
  virtual_time_ = std::max(virtual_time_, place.tag);
  account.virtual_time = std::max(account.virtual_time, applicant.tag);
  // Its tag, or the one before where somebody before it has left since.
  const auto behind = std::ranges::upper_bound(account.tags, place.tag);
  account.tags.erase(behind == account.tags.begin() ? behind : std::prev(behind));
  take(applicant.spec.id, account);
}

void Applicants::remove(base::StreamId stream) {
  const auto it = waiting_.find(stream);
  if (it == waiting_.end()) return;
  Account& account = accounts_.at(account_of(it->second.spec));
  account.next = account.tags.back();
  account.tags.pop_back();
  take(stream, account);
}

void Applicants::take(base::StreamId stream, Account& account) {
  const auto it = waiting_.find(stream);
  account.order.erase({it->second.tag, stream});
  const auto user = of_user_.find(it->second.spec.user);
  if (--user->second == 0) of_user_.erase(user);
  waiting_.erase(it);
}

std::vector<Applicants::Place> Applicants::in_order() {
  std::vector<Place> places;
  places.reserve(waiting_.size());
  for (const auto& [id, account] : accounts_) {
    auto tag = account.tags.begin();
    for (const auto& [own, stream] : account.order) {
      places.push_back({.tag = *tag++, .applicant = &waiting_.at(stream)});
    }
  }
  std::ranges::sort(places, {}, [](const Place& place) { return std::tuple(place.tag, place.applicant->spec.id); });
  return places;
}

std::uint32_t Applicants::of_user(base::UserId user) const {
  const auto it = of_user_.find(user);
  return it == of_user_.end() ? 0 : it->second;
}

std::uint32_t Applicants::of_account(base::UserId account) const {
  const auto it = accounts_.find(account);
  return it == accounts_.end() ? 0 : static_cast<std::uint32_t>(it->second.tags.size());
}

void Applicants::forget(const Accounts& accounts) {
  std::erase_if(accounts_, [&](const auto& entry) {
    return entry.second.tags.empty() && accounts.streams_of_account(entry.first) == 0;
  });
  for (auto& [id, account] : accounts_) {
    std::erase_if(account.next_of, [&](const auto& entry) {
      return of_user(entry.first) == 0 && accounts.streams_of_user(entry.first) == 0;
    });
  }
}

base::Duration Applicants::head() const {
  std::optional<base::Duration> first;
  for (const auto& [id, account] : accounts_) {
    if (!account.tags.empty()) first = std::min(first.value_or(account.tags.front()), account.tags.front());
  }
  return std::max(virtual_time_, first.value_or(virtual_time_));
}

}  // namespace antiphon::scheduler
