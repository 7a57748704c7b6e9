#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace antiphon::identity {

/// Whether clients of other machines may be served without keys.
enum class Anonymous : std::uint8_t { kRefused, kAllowed };

/// What of a certificate decides whether it may be shown.
struct CertificateFacts {
  std::string file;         ///< For messages.
  std::string fingerprint;  ///< Fingerprint of the whole certificate: equal where it is the same one.
  std::chrono::sys_seconds begins;
  std::chrono::sys_seconds ends;
};

/// All that decides which clients can reach a server and which it serves, as it is or as it would be after a reload.
struct Exposure {
  std::string http = "127.0.0.1";  ///< The address listened on. What is neither numeric nor localhost can be reached.
  std::string wyoming = {};        ///< The same of Wyoming's door; "" = shut.
  std::string workers = {};        ///< The same of the door for workers on other machines; "" = shut.
  Anonymous anonymous = Anonymous::kRefused;
  std::vector<std::string> allowed_hosts = {};
  /// Keys in the file of keys, which may be none: then nobody is let in. Nothing: there is no such file, and everybody
  /// is.
  std::optional<std::size_t> keys{};
  std::optional<CertificateFacts> certificate{};  ///< Nothing: plain HTTP.
  std::optional<std::size_t> tokens{};  ///< Number of tokens of workers, as `keys`. Looked at where their door is open.
  std::optional<CertificateFacts> workers_certificate{};
};

/// Whether a server may start like that at the time `now`. Error: why not, and what to do about it, in a sentence.
[[nodiscard]] base::Result<void, std::string> check_start(const Exposure& wanted, std::chrono::sys_seconds now);

/// Whether a server that runs as `before` may go on as `wanted`: what check_start() asks for, and that nothing is given
/// up that protects it. One that has had keys, even if they are all revoked, never does without; addresses and TLS stay
/// what they are; and a certificate that is not the one in use must be valid now. The error is of the same kind.
[[nodiscard]] base::Result<void, std::string> check_reload(const Exposure& wanted, const Exposure& before,
                                                           std::chrono::sys_seconds now);

/// What is allowed and should be known all the same, a sentence each: that nobody can be let in, that a certificate in
/// use is not valid now.
[[nodiscard]] std::vector<std::string> remarks_on(const Exposure& state, std::chrono::sys_seconds now);

}  // namespace antiphon::identity
