#include "base/sha256.h"

#include <openssl/evp.h>

#include "base/check.h"

namespace antiphon::base {

Sha256::Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
  ANTIPHON_CHECK(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1,
                 "libcrypto has no sha256");
}

void Sha256::add(std::string_view bytes) {
  ANTIPHON_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1, "sha256 refused bytes");
}

Sha256Digest Sha256::finish() {
  Sha256Digest digest{};
  unsigned int size = digest.size();
  ANTIPHON_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1 && size == digest.size(),
                 "sha256 did not end");
  return digest;
}

Sha256Digest sha256(std::string_view bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.finish();
}

std::string sha256_hex(std::string_view bytes) { return hexadecimal(sha256(bytes)); }

std::string hexadecimal(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  digits.reserve(2 * bytes.size());
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    digits += kDigits[value >> 4U];
    digits += kDigits[value & 15U];
  }
  return digits;
}

std::string hexadecimal(const Sha256Digest& digest) {
  return hexadecimal({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

}  // namespace antiphon::base
