#include "tls/server_context.h"

#include <fmt/chrono.h>
#include <fmt/ranges.h>
#include <openssl/asn1.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include "tls/pem.h"

namespace antiphon::tls {
namespace {

/// Refuses clients that offer only other protocols than `wanted`, a NUL-terminated string that the context owns.
int choose_protocol(SSL* /*connection*/, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void* wanted) {
  const std::string_view name(static_cast<const char*>(wanted));
  auto rest = std::span(offered, offered_size);
  while (!rest.empty()) {
    const std::size_t size = rest.front();
    if (size >= rest.size()) break;
    const auto entry = rest.subspan(1, size);
    if (name == std::string_view(reinterpret_cast<const char*>(entry.data()), entry.size())) {
      *chosen = entry.data();
      *chosen_size = static_cast<unsigned char>(size);
      return SSL_TLSEXT_ERR_OK;
    }
    rest = rest.subspan(1 + size);
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Frees the string of choose_protocol() with its context.
void free_protocol(void* /*parent*/, void* value, CRYPTO_EX_DATA* /*data*/, int /*index*/, long /*number*/,
                   void* /*pointer*/) {
  delete static_cast<std::string*>(value);
}

Result<void> offer(boost::asio::ssl::context& context, const std::string& protocol) {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_protocol);
  auto name = std::make_unique<std::string>(protocol);
  if (index < 0 || protocol.size() > std::numeric_limits<unsigned char>::max() ||
      SSL_CTX_set_ex_data(context.native_handle(), index, name.get()) != 1) {
    return std::unexpected(Error{.code = Errc::kLibrary, .message = "OpenSSL cannot offer " + protocol});
  }
  SSL_CTX_set_alpn_select_cb(context.native_handle(), choose_protocol, name.release()->data());
  return {};
}

Result<void> ask_clients(boost::asio::ssl::context& context, const std::filesystem::path& authorities) {
  if (const auto trusted = trust(context, authorities); !trusted) return trusted;
  SSL_CTX* const native = context.native_handle();
  SSL_CTX_set_verify(native, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // No resumption: each connection shows its certificate.
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(native, 0);
  return {};
}

/// A time that cannot be read counts as the epoch, at which no certificate is valid.
std::chrono::sys_seconds to_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  constexpr int kFirstYear = 1900;
  const std::chrono::year_month_day day(std::chrono::year(parts.tm_year + kFirstYear),
                                        std::chrono::month(static_cast<unsigned>(parts.tm_mon) + 1),
                                        std::chrono::day(static_cast<unsigned>(parts.tm_mday)));
  return std::chrono::sys_days(day) + std::chrono::hours(parts.tm_hour) + std::chrono::minutes(parts.tm_min) +
         std::chrono::seconds(parts.tm_sec);
}

}  // namespace

Result<ServerContext> ServerContext::load(ServerFiles files) {
  ServerContext server(std::move(files));
  if (const auto loaded = server.reload(); !loaded) return std::unexpected(loaded.error());
  return server;
}

Result<void> ServerContext::reload() {
  auto fresh = std::make_unique<boost::asio::ssl::context>(boost::asio::ssl::context::tls_server);
  // Sessions are resumed by tickets, which the clients keep; here they would only take memory.
  SSL_CTX_set_session_cache_mode(fresh->native_handle(), SSL_SESS_CACHE_OFF);
  auto done = harden(*fresh);
  if (done) done = use_certificate(*fresh, files_.certificate, files_.key);
  if (done && !files_.client_authorities.empty()) done = ask_clients(*fresh, files_.client_authorities);
  if (done && !files_.protocol.empty()) done = offer(*fresh, files_.protocol);
  if (done) context_ = std::move(fresh);
  return done;
}

Pin ServerContext::pin() const { return pin_of(SSL_CTX_get0_certificate(context_->native_handle())); }

std::string ServerContext::expires() const { return fmt::format("{:%FT%TZ}", validity().ends); }

ServerContext::Validity ServerContext::validity() const {
  const auto* const certificate = SSL_CTX_get0_certificate(context_->native_handle());
  return {.begins = to_time(X509_get0_notBefore(certificate)), .ends = to_time(X509_get0_notAfter(certificate))};
}

std::string ServerContext::fingerprint() const {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  X509_digest(SSL_CTX_get0_certificate(context_->native_handle()), EVP_sha256(), digest.data(), &size);
  return fmt::format("{:02x}", fmt::join(std::span(digest).first(size), ""));
}

}  // namespace antiphon::tls
