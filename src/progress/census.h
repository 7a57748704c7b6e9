#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace antiphon::progress {

/// The streams that one account has, live or waiting.
struct AccountStreams {
  std::uint64_t account = 0;  ///< As identity::Caller has it.
  std::uint32_t streams = 0;
  friend bool operator==(const AccountStreams&, const AccountStreams&) = default;
};

/// How many streams accounts have in other cells, so that their limits hold for all cells together, and that an account
/// has no larger share by asking several. What is said is a second or two old, and nothing where the cells cannot hear
/// of each other. Nothing waits. On the event loop.
class Census {
 public:
  Census() = default;
  Census(const Census&) = delete;
  Census& operator=(const Census&) = delete;
  virtual ~Census() = default;

  /// Tells the others what this cell has, and asks what they have. Call it about once a second.
  virtual void tell(std::vector<AccountStreams> own) = 0;
  /// Streams of the account in all other cells, as far as they are known.
  [[nodiscard]] virtual std::uint32_t elsewhere(std::uint64_t account) const = 0;
};

}  // namespace antiphon::progress
