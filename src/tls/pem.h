#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>

#include "tls/error.h"

/// What contexts of both sides have in common. For the sources of this module.
namespace antiphon::tls {

/// TLS 1.2 and 1.3 with forward secrecy and authenticated encryption, no compression, no renegotiation, and never a
/// question for a password on the terminal. Error: kLibrary.
[[nodiscard]] Result<void> harden(boost::asio::ssl::context& context);

/// The chain, leaf first, and its key. Errors: kFile, kCertificate, kKey, kLibrary.
[[nodiscard]] Result<void> use_certificate(boost::asio::ssl::context& context, const std::filesystem::path& chain,
                                           const std::filesystem::path& key);

/// Trusts the certificates in the file, and no others. Errors: kFile, kCertificate.
[[nodiscard]] Result<void> trust(boost::asio::ssl::context& context, const std::filesystem::path& authorities);

}  // namespace antiphon::tls
