#include "tls/client_context.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <boost/asio/ip/address.hpp>
#include <utility>

#include "tls/pem.h"

namespace antiphon::tls {
namespace {

/// What pin_verifier() needs; it belongs to the context, and so outlives its connections.
struct Pinned {
  Pin pin;
  bool with_authorities = false;
};

void free_pinned(void* /*parent*/, void* value, CRYPTO_EX_DATA* /*data*/, int /*index*/, long /*number*/,
                 void* /*pointer*/) {
  delete static_cast<Pinned*>(value);
}

/// In place of OpenSSL's verification. That the server holds the key is proved by the handshake itself.
int pin_verifier(X509_STORE_CTX* chain, void* argument) {
  const auto& pinned = *static_cast<const Pinned*>(argument);
  const X509* const leaf = X509_STORE_CTX_get0_cert(chain);
  if (leaf == nullptr || pin_of(leaf) != pinned.pin) {
    X509_STORE_CTX_set_error(chain, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }
  if (pinned.with_authorities) return X509_verify_cert(chain);
  X509_STORE_CTX_set_error(chain, X509_V_OK);
  return 1;
}

Result<void> demand_pin(boost::asio::ssl::context& context, Pinned wanted) {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_pinned);
  auto pinned = std::make_unique<Pinned>(wanted);
  if (index < 0 || SSL_CTX_set_ex_data(context.native_handle(), index, pinned.get()) != 1) {
    return std::unexpected(Error{.code = Errc::kLibrary, .message = "OpenSSL is out of memory"});
  }
  SSL_CTX_set_cert_verify_callback(context.native_handle(), pin_verifier, pinned.release());
  return {};
}

}  // namespace

Result<ClientContext> ClientContext::load(const ClientOptions& options) {
  if (options.authorities.empty() && !options.pin) {
    return std::unexpected(Error{.code = Errc::kPin, .message = "the server must be known by authorities or a pin"});
  }
  auto context = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_client);
  auto done = harden(*context);
  SSL_CTX_set_verify(context->native_handle(), SSL_VERIFY_PEER, nullptr);
  if (done && !options.authorities.empty()) done = trust(*context, options.authorities);
  if (done && options.pin) {
    done = demand_pin(*context, {.pin = *options.pin, .with_authorities = !options.authorities.empty()});
  }
  if (done && !options.certificate.empty()) done = use_certificate(*context, options.certificate, options.key);
  if (!done) return std::unexpected(done.error());
  return ClientContext(std::move(context));
}

Result<void> ClientContext::expect(SSL* connection, const std::string& host) const {
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  X509_VERIFY_PARAM* const wanted = SSL_get0_param(connection);
  const bool taken = no_address
                         ? SSL_set1_host(connection, host.c_str()) == 1 &&
                               SSL_set_tlsext_host_name(connection, host.c_str()) == 1  // NOLINT: OpenSSL's own cast
                         : X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1;
  if (taken && !host.empty()) return {};
  return std::unexpected(Error{.code = Errc::kLibrary, .message = "'" + host + "' is not the name of a host"});
}

}  // namespace antiphon::tls
