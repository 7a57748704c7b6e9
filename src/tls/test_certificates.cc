#include "tls/test_certificates.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <stdexcept>

namespace antiphon::tls {
namespace {

void require(bool done) {
  if (!done) throw std::runtime_error("OpenSSL did not make a certificate");
}

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  require(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

/// `issuer` null: signed by itself.
X509* make(const std::string& name, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  static std::atomic<int> serial = 1;
  constexpr long kDay = 86'400;
  X509* const certificate = X509_new();
  require(certificate != nullptr && X509_set_version(certificate, X509_VERSION_3) == 1);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial++);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), kDay);
  X509_set_pubkey(certificate, key);
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, issuer == nullptr ? subject : X509_get_subject_name(issuer));
  if (issuer == nullptr) {
    add_extension(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  } else {
    add_extension(certificate, issuer, NID_subject_alt_name, name);
  }
  require(X509_sign(certificate, issuer_key, EVP_sha256()) > 0);
  return certificate;
}

template <class Write>
void write_pem(const std::filesystem::path& file, Write write) {
  const std::unique_ptr<BIO, int (*)(BIO*)> out(BIO_new_file(file.c_str(), "w"), BIO_free);
  require(out && write(out.get()) == 1);
}

}  // namespace

TestFolder::TestFolder() {
  static std::atomic<int> number = 0;
  path_ = std::filesystem::temp_directory_path() /
          ("antiphon-tls-" + std::to_string(::getpid()) + "-" + std::to_string(number++));
  std::filesystem::create_directories(path_);
}

TestFolder::~TestFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

TestAuthority::TestAuthority(const std::string& name)
    : key_(EVP_EC_gen("P-256")), certificate_(make(name, key_, nullptr, key_)) {}

TestAuthority::~TestAuthority() {
  X509_free(certificate_);
  EVP_PKEY_free(key_);
}

void TestAuthority::write(const std::filesystem::path& certificate) const {
  write_pem(certificate, [&](BIO* out) { return PEM_write_bio_X509(out, certificate_); });
}

void TestAuthority::issue(const std::string& names, const std::filesystem::path& certificate,
                          const std::filesystem::path& key) const {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> secret(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> made(make(names, secret.get(), certificate_, key_), X509_free);
  write_pem(certificate, [&](BIO* out) { return PEM_write_bio_X509(out, made.get()); });
  write_pem(key, [&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, secret.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

}  // namespace antiphon::tls
