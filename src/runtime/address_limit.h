#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace antiphon::runtime {

/// Counts what each address holds. It outlives the places that it gave.
class AddressLimit {
 public:
  /// One thing held by an address, until it goes.
  class Place {
   public:
    Place(Place&& other) noexcept : limit_(std::exchange(other.limit_, nullptr)), address_(std::move(other.address_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (limit_ != nullptr) limit_->give_back(address_);
    }

   private:
    friend class AddressLimit;
    Place(AddressLimit* limit, std::string address) : limit_(limit), address_(std::move(address)) {}
    AddressLimit* limit_;  ///< Null: not counted.
    std::string address_;
  };

  /// `most`: 1 or more.
  explicit AddressLimit(std::size_t most) : most_(most) {}

  /// Nothing where `address` has all that it may. "" is never counted.
  [[nodiscard]] std::optional<Place> take(const std::string& address) {
    if (address.empty()) return Place(nullptr, {});
    auto& held = held_[address];
    if (held >= most_) return std::nullopt;
    ++held;
    return Place(this, address);
  }

  /// Addresses that hold anything.
  [[nodiscard]] std::size_t addresses() const { return held_.size(); }

 private:
  void give_back(const std::string& address) {
    const auto it = held_.find(address);
    if (--it->second == 0) held_.erase(it);
  }

  std::size_t most_;
  std::map<std::string, std::size_t> held_;
};

}  // namespace antiphon::runtime
