#pragma once

#include <openssl/types.h>

#include <boost/system/error_code.hpp>
#include <cstdint>
#include <string>

#include "base/result.h"

namespace antiphon::tls {

enum class Errc : std::uint8_t {
  kFile,         ///< A file cannot be read, or is larger than a megabyte.
  kCertificate,  ///< A file holds no certificates in PEM form.
  kKey,          ///< A file holds no private key without a password in PEM form, or one of another certificate.
  kPin,          ///< Not of the form that parse_pin() takes.
  kLibrary,      ///< OpenSSL refused something else; the message has its words.
};

struct Error {
  Errc code = Errc::kLibrary;
  std::string message;  ///< A sentence that names the file. Nothing of a key.
};

template <class T>
using Result = base::Result<T, Error>;

/// Why a handshake or a transfer on this connection failed, for people: where the other side's certificate was refused,
/// what was wrong with it.
[[nodiscard]] std::string describe(const SSL* connection, const boost::system::error_code& error);

}  // namespace antiphon::tls
