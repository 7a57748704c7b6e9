#pragma once

#include <openssl/types.h>

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "tls/pin.h"

namespace antiphon::tls {

/// By what a client knows the server: authorities, a pin, or both, which must then both hold.
struct ClientOptions {
  /// PEM: the authorities that may have signed the server's certificate, which must also bear the name that is asked
  /// for. Empty: only the pin counts.
  std::filesystem::path authorities = {};
  /// The server's key. Alone, neither names nor dates of the certificate count.
  std::optional<Pin> pin{};
  std::filesystem::path certificate = {};  ///< PEM: what the client shows of itself, leaf first; empty: nothing.
  std::filesystem::path key = {};          ///< PEM, without a password; with `certificate` only.
};

/// How a client knows the server. Connections keep what they need of it. One thread at a time.
class ClientContext {
 public:
  /// Reads the files. Errors: all. kPin: there are neither authorities nor a pin, so anybody could be the server.
  [[nodiscard]] static Result<ClientContext> load(const ClientOptions& options);

  /// For `boost::asio::ssl::stream`, which takes what it needs when it is made.
  [[nodiscard]] boost::asio::ssl::context& context() { return *context_; }

  /// To be called before the handshake of each connection: `host` is the name or the numeric address that the server's
  /// certificate must bear. Error: kLibrary, for what is neither.
  [[nodiscard]] Result<void> expect(SSL* connection, const std::string& host) const;

 private:
  explicit ClientContext(std::unique_ptr<boost::asio::ssl::context> context) : context_(std::move(context)) {}

  std::unique_ptr<boost::asio::ssl::context> context_;  ///< Never null.
};

}  // namespace antiphon::tls
