#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace antiphon::base {

using Sha256Digest = std::array<std::uint8_t, 32>;

/// SHA-256 (FIPS 180-4) of bytes that come in pieces.
class Sha256 {
 public:
  Sha256();

  void add(std::string_view bytes);
  /// Returns the digest of all that was added. Call it once, last.
  [[nodiscard]] Sha256Digest finish();

 private:
  std::unique_ptr<evp_md_ctx_st, void (*)(evp_md_ctx_st*)> context_;
};

[[nodiscard]] Sha256Digest sha256(std::string_view bytes);
/// Returns the digest in 64 hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

/// Returns two lower-case digits for each byte.
[[nodiscard]] std::string hexadecimal(std::string_view bytes);
[[nodiscard]] std::string hexadecimal(const Sha256Digest& digest);

}  // namespace antiphon::base
