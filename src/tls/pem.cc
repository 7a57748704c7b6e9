#include "tls/pem.h"

#include <fmt/core.h>
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <string>
#include <system_error>

namespace antiphon::tls {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 20U;
/// For TLS 1.2; those of 1.3 are all of this kind.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

Result<std::string> read(const std::filesystem::path& file) {
  const auto failed = [&](std::string_view why) {
    return std::unexpected(Error{.code = Errc::kFile, .message = fmt::format("{}: {}", file.string(), why)});
  };
  std::ifstream in(file, std::ios::binary);
  if (!in) return failed(std::system_category().message(errno));
  std::string bytes(kMostBytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad() || in.gcount() == 0) return failed("nothing can be read from it");
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > kMostBytes) return failed("is larger than a megabyte");
  return bytes;
}

/// Instead of OpenSSL's own, which would ask on the terminal.
int no_password(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return 0; }

}  // namespace

Result<void> harden(boost::asio::ssl::context& context) {
  SSL_CTX* const native = context.native_handle();
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_default_passwd_cb(native, no_password);
  if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1 || SSL_CTX_set_cipher_list(native, kCiphers) != 1) {
    return std::unexpected(Error{.code = Errc::kLibrary, .message = "OpenSSL has no TLS 1.2 with modern ciphers"});
  }
  return {};
}

Result<void> use_certificate(boost::asio::ssl::context& context, const std::filesystem::path& chain,
                             const std::filesystem::path& key) {
  const auto certificates = read(chain);
  if (!certificates) return std::unexpected(certificates.error());
  const auto secret = read(key);
  if (!secret) return std::unexpected(secret.error());
  boost::system::error_code error;
  context.use_certificate_chain(boost::asio::buffer(*certificates), error);
  if (error) {
    return std::unexpected(
        Error{.code = Errc::kCertificate,
              .message = fmt::format("{}: no usable certificate in PEM form ({})", chain.string(), error.message())});
  }
  context.use_private_key(boost::asio::buffer(*secret), boost::asio::ssl::context::pem, error);
  if (!error) return {};  // that it fits the certificate was checked, too
  return std::unexpected(
      Error{.code = Errc::kKey,
            .message = fmt::format("{}: no private key in PEM form, without a password, for the certificate in {} ({})",
                                   key.string(), chain.string(), error.message())});
}

Result<void> trust(boost::asio::ssl::context& context, const std::filesystem::path& authorities) {
  const auto certificates = read(authorities);
  if (!certificates) return std::unexpected(certificates.error());
  boost::system::error_code error;
  context.add_certificate_authority(boost::asio::buffer(*certificates), error);
  const auto* const trusted = X509_STORE_get0_objects(SSL_CTX_get_cert_store(context.native_handle()));
  if (!error && sk_X509_OBJECT_num(trusted) > 0) return {};
  return std::unexpected(Error{.code = Errc::kCertificate,
                               .message = fmt::format("{}: no certificates in PEM form", authorities.string())});
}

}  // namespace antiphon::tls
