#pragma once

#include <openssl/types.h>

#include <filesystem>
#include <memory>
#include <string>

/// Certificates for tests, made when they are needed and gone with the test.
namespace antiphon::tls {

/// A folder of its own below the system's for temporary files, removed at the end.
class TestFolder {
 public:
  TestFolder();
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;
  ~TestFolder();
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

/// An authority that issues certificates, valid for a day. What OpenSSL refuses throws.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name);
  TestAuthority(const TestAuthority&) = delete;
  TestAuthority& operator=(const TestAuthority&) = delete;
  ~TestAuthority();

  /// Writes the authority's own certificate.
  void write(const std::filesystem::path& certificate) const;
  /// Writes a certificate with a new key for these names, such as "DNS:localhost,IP:127.0.0.1".
  void issue(const std::string& names, const std::filesystem::path& certificate,
             const std::filesystem::path& key) const;

 private:
  EVP_PKEY* key_;
  X509* certificate_;
};

}  // namespace antiphon::tls
