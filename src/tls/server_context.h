#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>

#include "tls/pin.h"

namespace antiphon::tls {

struct ServerFiles {
  std::filesystem::path certificate;  ///< PEM: the server's certificate and those between it and the root, leaf first.
  std::filesystem::path key;          ///< PEM, without a password.
  /// PEM: the authorities of the clients' certificates. Empty: clients need none; otherwise a client without one is
  /// refused.
  std::filesystem::path client_authorities = {};
  /// What the server speaks inside TLS, as in RFC 7301; a client that offers only others is refused. Empty: the
  /// handshake says nothing about it.
  std::string protocol = {};
};

/// How a server introduces itself. Connections keep what they need of it: it may be reloaded, moved and destroyed while
/// they live. One thread at a time.
class ServerContext {
 public:
  /// Reads the files, which takes a moment. Errors: all but kPin.
  [[nodiscard]] static Result<ServerContext> load(ServerFiles files);

  /// Reads the same files again: handshakes that begin from now on use what they hold. An error changes nothing.
  [[nodiscard]] Result<void> reload();

  /// For `boost::asio::ssl::stream`, which takes what it needs when it is made: do not keep the reference. Shake hands
  /// as `boost::asio::ssl::stream_base::server`.
  [[nodiscard]] boost::asio::ssl::context& context() { return *context_; }

  /// What clients can pin.
  [[nodiscard]] Pin pin() const;
  /// When the certificate ends, such as "2026-11-26T00:00:00Z".
  [[nodiscard]] std::string expires() const;
  /// When it begins and ends to be valid.
  struct Validity {
    std::chrono::sys_seconds begins;
    std::chrono::sys_seconds ends;
  };
  [[nodiscard]] Validity validity() const;
  /// SHA-256 of the certificate, 64 hexadecimal digits: equal for equal certificates alone.
  [[nodiscard]] std::string fingerprint() const;

 private:
  explicit ServerContext(ServerFiles files) : files_(std::move(files)) {}

  ServerFiles files_;
  std::unique_ptr<boost::asio::ssl::context> context_;  ///< Never null after load().
};

}  // namespace antiphon::tls
