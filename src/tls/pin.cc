#include "tls/pin.h"

#include <fmt/core.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>

namespace antiphon::tls {
namespace {

constexpr std::string_view kScheme = "sha256:";

std::optional<unsigned> hexadecimal_value(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a') + 10U;
  if (digit >= 'A' && digit <= 'F') return static_cast<unsigned>(digit - 'A') + 10U;
  return std::nullopt;
}

std::optional<Pin> from_hexadecimal(std::string_view digits) {
  Pin pin;
  if (digits.size() != 2 * pin.digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < pin.digest.size(); ++i) {
    const auto high = hexadecimal_value(digits[2 * i]);
    const auto low = hexadecimal_value(digits[(2 * i) + 1]);
    if (!high || !low) return std::nullopt;
    pin.digest.at(i) = static_cast<unsigned char>((*high << 4U) | *low);
  }
  return pin;
}

std::optional<Pin> from_base64(std::string text) {
  constexpr std::size_t kDigits = 43;  // of 32 bytes, and one sign of padding
  if (text.size() == kDigits) text += '=';
  if (text.size() != kDigits + 1 || text.find('=') != kDigits) return std::nullopt;
  std::array<unsigned char, 33> bytes{};
  const auto* const begin = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DecodeBlock(bytes.data(), begin, static_cast<int>(text.size())) != static_cast<int>(bytes.size())) {
    return std::nullopt;
  }
  Pin pin;
  std::copy_n(bytes.begin(), pin.digest.size(), pin.digest.begin());
  return pin;
}

}  // namespace

Result<Pin> parse_pin(std::string_view text) {
  if (text.starts_with(kScheme)) {
    const auto digest = text.substr(kScheme.size());
    if (const auto pin = from_hexadecimal(digest)) return *pin;
    if (const auto pin = from_base64(std::string(digest))) return *pin;
  }
  return std::unexpected(
      Error{.code = Errc::kPin,
            .message = "a pin is sha256: and the SHA-256 of the certificate's public key, in hexadecimal or base64"});
}

std::string to_string(const Pin& pin) {
  std::string text(kScheme);
  for (const auto byte : pin.digest) text += fmt::format("{:02x}", byte);
  return text;
}

Pin pin_of(const X509* certificate) {
  Pin pin;
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
  const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner(bytes,
                                                                       [](unsigned char* p) { OPENSSL_free(p); });
  if (size > 0) SHA256(bytes, static_cast<std::size_t>(size), pin.digest.data());
  return pin;
}

}  // namespace antiphon::tls
