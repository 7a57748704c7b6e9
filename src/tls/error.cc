#include "tls/error.h"

#include <openssl/ssl.h>
#include <openssl/x509.h>

namespace antiphon::tls {

std::string describe(const SSL* connection, const boost::system::error_code& error) {
  const auto verified = SSL_get_verify_result(connection);
  if (verified == X509_V_OK) return error.message();
  // What pin_verifier() in client_context.cc says, which is the only one to use this code.
  if (verified == X509_V_ERR_APPLICATION_VERIFICATION) return "the other side's certificate is not the pinned one";
  return std::string("the other side's certificate is refused: ") + X509_verify_cert_error_string(verified);
}

}  // namespace antiphon::tls
