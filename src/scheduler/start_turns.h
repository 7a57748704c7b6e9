#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/units.h"

namespace antiphon::scheduler {

/// Who is served next, where everybody's turns are spaced by what a turn costs him: start-time fair queueing (Goyal,
/// Vin and Cheng 1996). Who comes joins between the one that was served last and the next one. Not thread-safe.
class TurnQueue {
 public:
  /// Comes to wait; nothing changes where he waits already.
  void join(base::UserId id);
  /// Waits no more. His turn is kept, so that leaving gains and costs nothing.
  void leave(base::UserId id);
  /// Whose turn it is; nothing while nobody waits.
  [[nodiscard]] std::optional<base::UserId> front() const;
  /// He is served, in turn or out of it, and his next turn comes `cost` later. Returns the turn.
  double take(base::UserId id, double cost);
  /// He may not wait; ids that are not known are ignored.
  void forget(base::UserId id) { members_.erase(id); }

  [[nodiscard]] std::size_t known() const { return members_.size(); }

 private:
  /// Smallest first.
  struct Place {
    double turn = 0;
    std::uint64_t last = 0;  ///< Of equals, who has not been served for longest goes first.
    base::UserId id;
    friend auto operator<=>(const Place&, const Place&) = default;
  };
  struct Member {
    double turn = 0;
    std::uint64_t last = 0;
    bool waits = false;
  };

  std::unordered_map<base::UserId, Member> members_;
  std::set<Place> waiting_;
  double virtual_turn_ = 0;  ///< The turn that was taken last.
  std::uint64_t served_ = 0;
};

/// Whose start is begun next: accounts take turns, by their weights, and in a turn of an account its users do
/// (hierarchical fair queueing: Bennett and Zhang 1996). A start is the unit. Not thread-safe.
class StartTurns {
 public:
  /// The stream is ready to be begun.
  void add(base::UserId account, base::UserId user, base::StreamId stream);
  /// It is not, or it was begun.
  void remove(base::UserId account, base::UserId user, base::StreamId stream);
  /// The stream whose turn it is, the user's oldest; nothing while none is ready.
  [[nodiscard]] std::optional<base::StreamId> front() const;
  /// One of the user's streams is begun. Returns the account's turn. `weight` > 0.
  double take(base::UserId account, base::UserId user, double weight);
  /// Neither may have a stream that is ready.
  void forget_user(base::UserId account, base::UserId user);
  void forget_account(base::UserId account);

 private:
  struct Account {
    TurnQueue users;
    std::unordered_map<base::UserId, std::set<base::StreamId>> ready;  ///< Of users who have some.
  };

  TurnQueue accounts_;
  std::unordered_map<base::UserId, Account> within_;
};

}  // namespace antiphon::scheduler
