#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "base/units.h"
#include "identity/caller.h"

namespace antiphon::identity {

/// Counts the streams of each account that has a limit. It outlives the permits that it gave. One thread.
class StreamLimit {
 public:
  /// One stream, until it goes.
  class Permit {
   public:
    Permit(Permit&& other) noexcept : limit_(std::exchange(other.limit_, nullptr)), account_(other.account_) {}
    Permit& operator=(Permit&&) = delete;
    ~Permit() {
      if (limit_ != nullptr) limit_->give_back(account_);
    }

   private:
    friend class StreamLimit;
    Permit(StreamLimit* limit, base::UserId account) : limit_(limit), account_(account) {}
    StreamLimit* limit_;  ///< Null: not counted.
    base::UserId account_;
  };

  /// Nothing where the caller's account has Caller::max_streams already.
  [[nodiscard]] std::optional<Permit> take(const Caller& caller) {
    if (caller.max_streams == 0) return Permit(nullptr, caller.account);
    auto& live = live_[caller.account];
    if (live >= caller.max_streams) return std::nullopt;
    ++live;
    return Permit(this, caller.account);
  }

  /// Accounts that have streams.
  [[nodiscard]] std::size_t accounts() const { return live_.size(); }

 private:
  void give_back(base::UserId account) {
    const auto it = live_.find(account);
    if (--it->second == 0) live_.erase(it);
  }

  std::map<base::UserId, std::uint32_t> live_;
};

}  // namespace antiphon::identity
