#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace antiphon::protocol::json {

/// The way bytes travel within JSON: RFC 4648, section 4, with padding.
[[nodiscard]] std::string base64(std::span<const std::byte> bytes);

/// The same of bytes that come in pieces.
class Base64 {
 public:
  /// The digits of what is known by now; up to two bytes wait for the next ones.
  [[nodiscard]] std::string add(std::span<const std::byte> bytes);
  /// The last digits, with padding.
  [[nodiscard]] std::string finish();

 private:
  std::vector<std::byte> waiting_;  ///< At most two.
};

}  // namespace antiphon::protocol::json
