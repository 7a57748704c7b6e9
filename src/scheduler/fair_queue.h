#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/types.h"

/// Start-time fair queueing (Goyal, Vin and Cheng 1996) between accounts, and between the users of each. Pure, not
/// thread-safe. The scheduler uses it for starts, admission for the requests that wait, and Accounts for the moments at
/// which starts are due.
namespace antiphon::scheduler {

/// The start tags of one flow: a request begins where the flow's previous request ends, but not before the virtual time
/// at which it comes.
template <class Tag>
struct StartTags {
  Tag next{};  ///< Where the flow's next request begins at the earliest.

  /// Returns the start tag of a request. The flow's next request begins `cost` later.
  template <class Cost>
  Tag take(Tag virtual_time, Cost cost) {
    const Tag tag = std::max(next, virtual_time);
    next = tag + cost;
    return tag;
  }
};

/// Tags are turns: a start costs its user one turn, whatever work it is.
struct ByTurns {
  using Tag = double;
  using Item = base::StreamId;
  [[nodiscard]] static base::StreamId stream_of(Item item) { return item; }
  [[nodiscard]] static Tag divided(Tag cost, double weight) { return cost / weight; }
  /// A flow that comes to wait joins between the turn that was taken last and the next one.
  [[nodiscard]] static Tag joins(Tag virtual_time, std::optional<Tag> /*first*/) { return virtual_time + 0.5; }
  /// A request that is served out of turn takes the next turn of its account and user.
  static constexpr bool kTakesOwnTag = false;
};

/// A request that asked to be let in, ordered by when it came.
struct Arrival {
  std::uint64_t number = 0;
  base::StreamId stream;
  friend auto operator<=>(const Arrival&, const Arrival&) = default;
};

/// Tags are worker time.
struct ByWork {
  using Tag = base::Duration;
  using Item = Arrival;
  [[nodiscard]] static base::StreamId stream_of(const Item& item) { return item.stream; }
  [[nodiscard]] static Tag divided(Tag cost, double weight) {
    return base::from_seconds(base::to_seconds(cost) / weight);
  }
  /// A flow that comes to wait joins at the head of the queue.
  [[nodiscard]] static Tag joins(Tag virtual_time, std::optional<Tag> first) {
    return std::max(virtual_time, first.value_or(virtual_time));
  }
  /// A request that is served out of turn takes its own tag: those it overtakes, which wait for room, keep theirs.
  static constexpr bool kTakesOwnTag = true;
};

/// The flows of one level: accounts, or the users of one account. Each waiting request holds a start tag of its flow;
/// which of the flow's requests holds which is the caller's affair.
template <class Rule>
class FairFlows {
 public:
  using Tag = typename Rule::Tag;

  /// A request of the flow begins to wait. The flow's next request begins `cost` later.
  void add(base::UserId flow, Tag cost);
  /// A request of the flow, which has one, leaves without being served. The flow's last tag is free again, so that
  /// leaving gains and costs nothing.
  void remove(base::UserId flow);
  /// A request of the flow is served and takes `tag`, which is one of the flow's.
  void serve(base::UserId flow, Tag tag);
  /// Forgets where the flow's next tag begins, unless it waits.
  void forget(base::UserId flow);

  /// The flow with the smallest tag, and of equals the one that was not served for longest. Returns nullopt if none
  /// waits.
  [[nodiscard]] std::optional<base::UserId> front() const;
  /// Tags of the flow's requests, ascending.
  [[nodiscard]] const std::vector<Tag>& tags(base::UserId flow) const { return flows_.at(flow).tags; }
  /// Number of flows that wait or are remembered.
  [[nodiscard]] std::size_t known() const { return flows_.size(); }

 private:
  struct Flow {
    StartTags<Tag> start;
    std::vector<Tag> tags;     ///< Ascending.
    std::uint64_t served = 0;  ///< When it was served last; see served_.
  };
  /// Of a flow that waits; smallest first.
  struct Key {
    Tag tag{};
    std::uint64_t served = 0;
    base::UserId flow;
    friend auto operator<=>(const Key&, const Key&) = default;
  };

  [[nodiscard]] static Key key_of(base::UserId id, const Flow& flow) {
    return {.tag = flow.tags.front(), .served = flow.served, .flow = id};
  }

  std::unordered_map<base::UserId, Flow> flows_;
  std::set<Key> waiting_;
  Tag virtual_time_{};        ///< The largest tag that was served.
  std::uint64_t served_ = 0;  ///< Number of requests that were served.
};

/// Requests of users of accounts. Accounts share what is served by their weights, and within an account its users share
/// evenly (hierarchical fair queueing: Bennett and Zhang 1996). A user's requests are served in the order of items.
template <class Rule>
class FairQueue {
 public:
  using Tag = typename Rule::Tag;
  using Item = typename Rule::Item;

  /// A request begins to wait. `cost` is what serving it costs; `weight`, above 0, is the account's.
  void add(const Member& member, Item item, Tag cost, double weight);
  /// The request leaves without being served. Items that do not wait are ignored.
  void remove(const Member& member, Item item);
  /// The request, which waits, is served, in turn or out of it. Returns the tag of its account.
  Tag serve(const Member& member, Item item);
  /// Forgets where the user's next tag begins, and with its last user the account's. Users that wait are kept.
  void forget(const Member& member);
  /// Forgets all users for whom `keep(member)` is false.
  template <class Keep>
  void forget_unless(const Keep& keep);

  /// The request whose turn it is. Returns nullopt if none waits.
  [[nodiscard]] std::optional<Item> front() const;
  /// All requests by the tags of their accounts, the older of equals first.
  [[nodiscard]] std::vector<Item> in_order() const;
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Number of accounts that wait or are remembered.
  [[nodiscard]] std::size_t accounts_known() const { return accounts_.known(); }
  [[nodiscard]] std::size_t of_account(base::UserId account) const;
  [[nodiscard]] std::size_t of_user(const Member& member) const;

 private:
  struct Account {
    FairFlows<Rule> users;
    std::unordered_map<base::UserId, std::set<Item>> items;  ///< By known users.
    std::size_t size = 0;                                    ///< Number of items.
  };
  struct Place {
    Tag tag{};
    Item item;
  };
  /// By tag, and of equals the older stream first.
  static void sort(std::vector<Place>& places);
  /// The account's items by the tags of their users.
  [[nodiscard]] static std::vector<Place> order_within(const Account& account);

  std::unordered_map<base::UserId, Account> within_;
  FairFlows<Rule> accounts_;
  std::size_t size_ = 0;
};

template <class Rule>
template <class Keep>
void FairQueue<Rule>::forget_unless(const Keep& keep) {
  std::vector<Member> forgotten;
  for (const auto& [account, within] : within_) {
    for (const auto& [user, items] : within.items) {
      const Member member{.account = account, .user = user};
      if (items.empty() && !keep(member)) forgotten.push_back(member);
    }
  }
  for (const auto& member : forgotten) forget(member);
}

}  // namespace antiphon::scheduler
