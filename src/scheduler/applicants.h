#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/accounts.h"
#include "scheduler/types.h"

namespace antiphon::scheduler {

/// A stream that asked to be let in and waits.
struct Applicant {
  StreamSpec spec;
  VoiceId asked{};  ///< Its own voice; spec's may be the cheaper one.
  base::TimePoint arrival;
  base::Duration wait{};                    ///< The client's.
  base::Duration delay{};                   ///< When it would fit, by the last test.
  std::optional<base::TimePoint> tested{};  ///< When that was.
  base::Duration tag{};                     ///< Start tag among the streams of its account.
};

/// Those who wait, in the order of start-time fair queueing (Goyal, Vin and Cheng 1996). Start tags are worker time.
/// An account that comes begins where the head of the queue is, and its tags are spaced by what a start costs for its
/// weight. The account's streams have its tags in an order that is found in the same way between its users. Not
/// thread-safe.
class Applicants {
 public:
  struct Place {
    base::Duration tag{};
    Applicant* applicant = nullptr;  ///< Until it is removed.
  };

  /// The id must be new. `start_cost`: worker time.
  void add(Applicant applicant, base::Duration start_cost);
  /// Its turn has come. It must wait.
  void admit(const Place& place);
  /// It waits no more, and its tag is free again. Ids that do not wait are ignored.
  void remove(base::StreamId stream);

  /// First is first.
  [[nodiscard]] std::vector<Place> in_order();
  [[nodiscard]] std::size_t size() const { return waiting_.size(); }
  [[nodiscard]] std::uint32_t of_user(base::UserId user) const;
  [[nodiscard]] std::uint32_t of_account(base::UserId account) const;
  /// Forgets where the next tags would begin of accounts and users that neither wait nor have streams.
  void forget(const Accounts& accounts);

 private:
  using Order = std::pair<base::Duration, base::StreamId>;  ///< Start tag first.
  struct Account {
    std::vector<base::Duration> tags;                          ///< Of those who wait, ascending.
    std::set<Order> order;                                     ///< As many: by the tags of their users.
    base::Duration next{};                                     ///< Where the next tag begins.
    base::Duration virtual_time{};                             ///< Users' tag of who was admitted last.
    std::unordered_map<base::UserId, base::Duration> next_of;  ///< Users.
  };

  [[nodiscard]] base::Duration head() const;
  void take(base::StreamId stream, Account& account);

  std::map<base::StreamId, Applicant> waiting_;
  std::unordered_map<base::UserId, Account> accounts_;
  std::unordered_map<base::UserId, std::uint32_t> of_user_;  ///< Users with somebody waiting.
  base::Duration virtual_time_{};                            ///< Tag of who was admitted last.
};

}  // namespace antiphon::scheduler
