#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "runtime/address_limit.h"
#include "runtime/clock.h"

namespace antiphon::runtime {

/// Bounds how many connections shake hands at once, in all and of one address. A place stays taken for `hold` at least,
/// so it bounds how often hands are shaken, too: at most `most / hold` times. On one event loop; it outlives its
/// places.
class HandshakeLimit {
 public:
  struct Options {
    std::size_t most = 256;             ///< 1 or more.
    std::size_t most_per_address = 32;  ///< 1 or more.
    base::Duration hold = std::chrono::milliseconds(500);
  };

  /// Of one handshake, until it is over.
  class Place {
   public:
    Place(Place&& other) noexcept
        : limit_(std::exchange(other.limit_, nullptr)),
          begun_(other.begun_),
          of_address_(std::move(other.of_address_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (limit_ != nullptr) limit_->give_back(begun_, std::move(of_address_));
    }

   private:
    friend class HandshakeLimit;
    Place(HandshakeLimit& limit, base::TimePoint begun, AddressLimit::Place of_address)
        : limit_(&limit), begun_(begun), of_address_(std::move(of_address)) {}
    HandshakeLimit* limit_;  ///< Null: moved from.
    base::TimePoint begun_;
    AddressLimit::Place of_address_;
  };

  /// `clock` outlives it.
  HandshakeLimit(Clock& clock, Options options)
      : clock_(clock), options_(options), of_address_(options.most_per_address) {}
  HandshakeLimit(const HandshakeLimit&) = delete;
  HandshakeLimit& operator=(const HandshakeLimit&) = delete;
  ~HandshakeLimit() = default;

  /// Nothing where there is no place. "": counted in all, but to no address.
  [[nodiscard]] std::optional<Place> take(const std::string& address) {
    forget_old();
    auto of_address = taken() < options_.most ? of_address_.take(address) : std::nullopt;
    if (!of_address) {
      ++refused_;
      return std::nullopt;
    }
    ++under_way_;
    return Place(*this, clock_.now(), std::move(*of_address));
  }

  /// How often there was no place.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  [[nodiscard]] std::size_t taken() const { return under_way_ + held_.size(); }
  void forget_old() { held_.erase(held_.begin(), held_.upper_bound(clock_.now())); }
  void give_back(base::TimePoint begun, AddressLimit::Place of_address) {
    --under_way_;
    const auto until = begun + options_.hold;
    if (until > clock_.now()) held_.emplace(until, std::move(of_address));
  }

  Clock& clock_;
  Options options_;
  AddressLimit of_address_;
  std::size_t under_way_ = 0;
  std::multimap<base::TimePoint, AddressLimit::Place> held_;  ///< Places of handshakes that were quick, until when.
  std::uint64_t refused_ = 0;
};

}  // namespace antiphon::runtime
