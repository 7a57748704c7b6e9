#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "identity/api_key.h"

namespace antiphon::identity {

/// All keys of a server. One that is empty lets nobody in; a server for everybody has no ring. Immutable while it
/// serves.
class KeyRing {
 public:
  static constexpr std::size_t kMostKeys = 10'000;

  /// Reads the text of a file of keys, at most 16 MiB. Error: what is wrong with it, for its keeper.
  [[nodiscard]] static base::Result<KeyRing, std::string> parse(std::string_view json);
  /// What parse() reads back to the same.
  [[nodiscard]] std::string to_json() const;

  /// The key whose secret this is; null where there is none. Takes the same time whichever key it is, and however much
  /// of a secret was guessed.
  [[nodiscard]] const ApiKey* find(std::string_view secret) const;

  /// The key with that ApiKey::sha256; null where there is none.
  [[nodiscard]] const ApiKey* find_hash(std::string_view sha256) const;

  /// Error: why it cannot be added (its name is taken, a value is out of range, there are kMostKeys).
  [[nodiscard]] base::Result<void, std::string> add(ApiKey key);
  /// False where there is no such key.
  [[nodiscard]] bool remove(std::string_view name);

  [[nodiscard]] std::span<const ApiKey> keys() const { return keys_; }
  [[nodiscard]] bool empty() const { return keys_.empty(); }

 private:
  std::vector<ApiKey> keys_;
};

}  // namespace antiphon::identity
