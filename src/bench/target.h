#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "tls/client_context.h"

namespace antiphon::bench {

/// What the server speaks.
enum class Protocol : std::uint8_t {
  kOpenAi,   ///< `POST .../audio/speech`.
  kPiper,    ///< The HTTP server of piper-tts: a JSON object with `text`, answered with a WAV file.
  kWyoming,  ///< Events over TCP, as Home Assistant speaks them.
};

[[nodiscard]] std::optional<Protocol> parse_protocol(std::string_view name);

/// Where a server is.
struct Address {
  enum class Security : std::uint8_t { kPlain, kTls };
  Security security = Security::kPlain;
  std::string host;  ///< A name or a numeric address, without brackets.
  std::uint16_t port = 0;
  std::string path;  ///< Path of the requests, over HTTP.
  friend bool operator==(const Address&, const Address&) = default;
};

/// Reads `[http://|https://|tcp://]HOST[:PORT][/PATH]`, at most 1,024 characters, without user, query and fragment;
/// HOST may be in brackets. Over OpenAI's protocol PATH is what clients call the base URL, and `/v1` without one; of
/// piper's server it is the route, and `/synthesize` without one. The port is 80, 443 or 10200 without one. Error: a
/// sentence.
[[nodiscard]] base::Result<Address, std::string> parse_address(std::string_view text, Protocol protocol);

/// As it stands in the header Host, and in messages: HOST:PORT.
[[nodiscard]] std::string name_of(const Address& address);

enum class Pacing : std::uint8_t {
  kOff,
  kOn,  ///< Asks for audio at the speed of its playback (`Prefer: pace`), and measures its jitter.
};

/// Where requests go, and what all of them have in common.
struct Target {
  Protocol protocol = Protocol::kOpenAi;
  Address address;
  std::vector<boost::asio::ip::tcp::endpoint> endpoints;  ///< What `address.host` stands for; reach() finds them.
  tls::ClientContext* tls = nullptr;                      ///< How the server is known; needed for Security::kTls.
  std::string key;  ///< Sent as a bearer token by all; "": each user is told apart by a token of its own.
  std::string model = "tts-1";
  std::string voice = "alloy";         ///< "": the server's own choice, where its protocol knows one.
  std::string format = "pcm";          ///< `response_format`: "pcm" or "wav".
  std::uint32_t rate = 24'000;         ///< Rate of "pcm", in Hz.
  std::optional<base::Duration> wait;  ///< Sent as `Prefer: wait`.
  Pacing pacing = Pacing::kOff;
};

/// How much paced audio comes ahead of its playback (server.pacing_lead_seconds).
inline constexpr base::Duration kPacingLead = std::chrono::seconds(2);

}  // namespace antiphon::bench
