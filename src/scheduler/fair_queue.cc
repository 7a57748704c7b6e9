#include "scheduler/fair_queue.h"

#include <utility>

#include "base/check.h"

namespace antiphon::scheduler {

template <class Rule>
void FairFlows<Rule>::add(base::UserId id, Tag cost) {
  Flow& flow = flows_[id];
  const bool waits = !flow.tags.empty();
  const auto first = waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->tag);
  flow.tags.push_back(flow.start.take(waits ? virtual_time_ : Rule::joins(virtual_time_, first), cost));
  if (!waits) waiting_.insert(key_of(id, flow));
}

template <class Rule>
void FairFlows<Rule>::remove(base::UserId id) {
  Flow& flow = flows_.at(id);
  if (flow.tags.size() == 1) waiting_.erase(key_of(id, flow));
  flow.start.next = flow.tags.back();
  flow.tags.pop_back();
}

template <class Rule>
void FairFlows<Rule>::serve(base::UserId id, Tag tag) {
  Flow& flow = flows_.at(id);
  waiting_.erase(key_of(id, flow));
  flow.tags.erase(std::ranges::lower_bound(flow.tags, tag));
  flow.served = ++served_;
  virtual_time_ = std::max(virtual_time_, tag);
  if (!flow.tags.empty()) waiting_.insert(key_of(id, flow));
}

template <class Rule>
void FairFlows<Rule>::forget(base::UserId id) {
  const auto it = flows_.find(id);
  if (it != flows_.end() && it->second.tags.empty()) flows_.erase(it);
}

template <class Rule>
std::optional<base::UserId> FairFlows<Rule>::front() const {
  return waiting_.empty() ? std::nullopt : std::optional(waiting_.begin()->flow);
}

template <class Rule>
void FairQueue<Rule>::add(const Member& member, Item item, Tag cost, double weight) {
  ANTIPHON_CHECK(weight > 0, "weight");
  Account& account = within_[member.account];
  ANTIPHON_CHECK(account.items[member.user].insert(item).second, "a request waits once");
  accounts_.add(member.account, Rule::divided(cost, weight));
  account.users.add(member.user, cost);
  ++account.size;
  ++size_;
}

template <class Rule>
void FairQueue<Rule>::remove(const Member& member, Item item) {
  const auto account = within_.find(member.account);
  if (account == within_.end()) return;
  const auto items = account->second.items.find(member.user);
  if (items == account->second.items.end() || items->second.erase(item) == 0) return;
  account->second.users.remove(member.user);
  accounts_.remove(member.account);
  --account->second.size;
  --size_;
}

template <class Rule>
FairQueue<Rule>::Tag FairQueue<Rule>::serve(const Member& member, Item item) {
  Account& account = within_.at(member.account);
  auto& items = account.items.at(member.user);
  // NOLINTBEGIN(misc-const-correctness): one of the two rules changes them.
  Tag tag = accounts_.tags(member.account).front();
  Tag of_user = account.users.tags(member.user).front();
  // NOLINTEND(misc-const-correctness)
  if constexpr (Rule::kTakesOwnTag) {
    const auto order = order_within(account);
    const auto place = std::ranges::find(order, item, &Place::item);
    tag = accounts_.tags(member.account)[static_cast<std::size_t>(place - order.begin())];
    of_user = place->tag;
  }
  ANTIPHON_CHECK(items.erase(item) == 1, "the request waits");
  account.users.serve(member.user, of_user);
  accounts_.serve(member.account, tag);
  --account.size;
  --size_;
  return tag;
}

template <class Rule>
void FairQueue<Rule>::forget(const Member& member) {
  const auto account = within_.find(member.account);
  if (account == within_.end()) return;
  auto& items = account->second.items;
  const auto user = items.find(member.user);
  if (user == items.end() || !user->second.empty()) return;
  items.erase(user);
  account->second.users.forget(member.user);
  if (!items.empty()) return;
  within_.erase(account);
  accounts_.forget(member.account);
}

template <class Rule>
std::optional<typename FairQueue<Rule>::Item> FairQueue<Rule>::front() const {
  const auto account = accounts_.front();
  if (!account) return std::nullopt;
  const Account& within = within_.at(*account);
  return *within.items.at(*within.users.front()).begin();
}

template <class Rule>
std::vector<typename FairQueue<Rule>::Item> FairQueue<Rule>::in_order() const {
  std::vector<Place> all;
  all.reserve(size_);
  for (const auto& [id, account] : within_) {
    if (account.size == 0) continue;
    auto tag = accounts_.tags(id).begin();
    for (const auto& place : order_within(account)) all.push_back({.tag = *tag++, .item = place.item});
  }
  sort(all);
  std::vector<Item> items;
  items.reserve(all.size());
  for (const auto& place : all) items.push_back(place.item);
  return items;
}

template <class Rule>
void FairQueue<Rule>::sort(std::vector<Place>& places) {
  std::ranges::sort(places, {}, [](const Place& place) { return std::pair(place.tag, Rule::stream_of(place.item)); });
}

template <class Rule>
std::vector<typename FairQueue<Rule>::Place> FairQueue<Rule>::order_within(const Account& account) {
  std::vector<Place> order;
  order.reserve(account.size);
  for (const auto& [user, items] : account.items) {
    if (items.empty()) continue;
    auto tag = account.users.tags(user).begin();
    for (const auto& item : items) order.push_back({.tag = *tag++, .item = item});
  }
  sort(order);
  return order;
}

template <class Rule>
std::size_t FairQueue<Rule>::of_account(base::UserId account) const {
  const auto it = within_.find(account);
  return it == within_.end() ? 0 : it->second.size;
}

template <class Rule>
std::size_t FairQueue<Rule>::of_user(const Member& member) const {
  const auto account = within_.find(member.account);
  if (account == within_.end()) return 0;
  const auto items = account->second.items.find(member.user);
  return items == account->second.items.end() ? 0 : items->second.size();
}

template class FairFlows<ByTurns>;
template class FairFlows<ByWork>;
template class FairQueue<ByTurns>;
template class FairQueue<ByWork>;

}  // namespace antiphon::scheduler
