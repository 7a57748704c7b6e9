#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace antiphon::dispatch {

/// Makes hashes of texts under a random key of its own, by which the coordinator knows them without having them.
class TextKey {
 public:
  /// Takes the key from the system's source of randomness.
  TextKey();

  /// Returns the hash of this text in this voice. It is the voice's language that may not bear a text, so that two
  /// voices have two hashes.
  [[nodiscard]] std::uint64_t hash_of(std::string_view voice, std::string_view text) const;

 private:
  std::string key_;
};

}  // namespace antiphon::dispatch
