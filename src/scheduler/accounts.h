#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/fair_queue.h"
#include "scheduler/types.h"

namespace antiphon::scheduler {

/// The accounts that have streams, and the users of each. Both are remembered for a while after their last stream, so
/// that leaving gains nothing. Not thread-safe.
class Accounts {
 public:
  /// A stream enters. A user belongs to one account.
  void enter(const StreamSpec& stream);
  /// A stream that entered has ended.
  void leave(const StreamSpec& stream, base::TimePoint now);
  /// A stream that entered waits for its start, or does not wait any more.
  void begin_waiting(const StreamSpec& stream);
  void end_waiting(const StreamSpec& stream);
  /// Returns the tag of the account's next start, which is not before `now`; the one after it comes `spacing` later.
  base::TimePoint take_start_tag(const StreamSpec& stream, base::TimePoint now, base::Duration spacing);
  /// Worker time was spent on the user's streams. Users that are not known any more are ignored.
  void charge(base::UserId user, base::Duration served);

  [[nodiscard]] std::uint32_t streams_of_account(base::UserId account) const;
  [[nodiscard]] std::uint32_t streams_of_user(base::UserId user) const;
  /// Worker time that the user's streams have had.
  [[nodiscard]] base::Duration served(base::UserId user) const;
  /// Number of accounts with a stream that waits for its start.
  [[nodiscard]] std::size_t waiting() const { return waiting_; }
  /// Number of accounts without streams that are remembered.
  [[nodiscard]] std::size_t between_streams() const { return between_; }
  /// Number of the account's users without streams that are remembered.
  [[nodiscard]] std::size_t users_between_streams(base::UserId account) const;
  /// Number of the account's users that have streams or are remembered.
  [[nodiscard]] std::size_t users_of(base::UserId account) const;

  /// Forgets the users whose last stream ended `memory` ago, and accounts without users. Returns these users.
  std::vector<Member> forget_idle(base::TimePoint now, base::Duration memory);

 private:
  struct Account {
    std::uint32_t streams = 0;
    std::uint32_t waiting = 0;  ///< Number of streams that wait for their start.
    std::uint32_t users = 0;    ///< Number of users that have streams or are remembered.
    std::uint32_t live = 0;     ///< Number of users that have streams.
    StartTags<base::TimePoint> starts;
  };
  struct User {
    base::UserId account;
    std::uint32_t streams = 0;
    base::Duration served{};
    base::TimePoint idle_since{};  ///< Valid while streams is 0.
  };

  std::unordered_map<base::UserId, Account> accounts_;
  std::unordered_map<base::UserId, User> users_;
  std::deque<std::pair<base::TimePoint, base::UserId>> idle_;  ///< Oldest first; entries may be outdated.
  std::size_t waiting_ = 0;
  std::size_t between_ = 0;
};

}  // namespace antiphon::scheduler
