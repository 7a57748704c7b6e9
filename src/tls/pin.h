#pragma once

#include <openssl/types.h>

#include <array>
#include <string>
#include <string_view>

#include "tls/error.h"

namespace antiphon::tls {

/// SHA-256 of the DER form of a certificate's SubjectPublicKeyInfo, as in RFC 7469. It names the key: a certificate
/// that is renewed with the same key keeps it. `openssl x509 -pubkey -noout -in FILE | openssl pkey -pubin -outform der
/// | openssl dgst -sha256` prints it.
struct Pin {
  std::array<unsigned char, 32> digest{};
  friend bool operator==(const Pin&, const Pin&) = default;
};

/// `sha256:` and the digest, as 64 hexadecimal digits or in base64 with or without its padding. Error: kPin.
[[nodiscard]] Result<Pin> parse_pin(std::string_view text);
/// In hexadecimal.
[[nodiscard]] std::string to_string(const Pin& pin);
/// Of a certificate's key.
[[nodiscard]] Pin pin_of(const X509* certificate);

}  // namespace antiphon::tls
