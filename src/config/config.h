#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "scheduler/options.h"
#include "text/segmenter.h"
#include "worker_pool/options.h"

/// The configuration of all programs: one TOML file, all of it optional. Each key is documented where keys.h lists it,
/// and from that list come the parser, `antiphon config` and docs/configuration.md.
namespace antiphon::config {

struct Server {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  std::vector<std::string> allowed_hosts;
  std::vector<std::string> allowed_origins;
  std::vector<std::string> trusted_proxies;
  std::filesystem::path certificate;  ///< "": plain HTTP.
  std::filesystem::path key;
  bool allow_anonymous = false;
  bool known_models_only = false;
  std::uint32_t max_connections = 512;
  std::uint32_t max_connections_per_address = 128;
  std::uint32_t max_streams = 256;
  std::uint32_t max_live_subscribers = 8;
  std::uint32_t encoder_threads = 2;
  base::Duration drain = std::chrono::seconds(30);
  std::uint32_t max_handshakes = 256;
  std::uint32_t max_handshakes_per_address = 32;
  base::Duration handshake_timeout = std::chrono::seconds(5);
  base::Duration header_timeout = std::chrono::seconds(10);
  base::Duration body_timeout = std::chrono::seconds(30);
  base::Duration idle_timeout = std::chrono::seconds(75);
  base::Duration write_timeout = std::chrono::seconds(10);
  base::Duration lag_limit = std::chrono::seconds(60);
};

struct AdmissionWait {
  base::Duration usual = std::chrono::seconds(2);
  base::Duration longest = std::chrono::seconds(30);
};

struct Keys {
  std::filesystem::path file;  ///< "" = default_keys_file().
};

/// What is kept of streams, so that they can be resumed.
struct Progress {
  std::uint32_t records = 10'000;
  std::uint32_t memory_mib = 64;
  base::Duration ttl = std::chrono::hours(1);
  std::string text = "kept";  ///< Or hashed.
  std::string url;            ///< "" = in memory.
  std::string prefix = "antiphon";
  std::string cell;                   ///< "" = the machine's name and the port.
  std::filesystem::path authorities;  ///< Authorities of Redis' certificate.
};

/// What is kept of audio that was rendered.
struct Cache {
  std::uint32_t memory_mib = 0;  ///< 0 = none in memory.
  std::filesystem::path folder;  ///< "" = none on a disk.
  std::uint32_t disk_mib = 1'024;
  std::string scope = "account";  ///< Or user or all.
};

/// This gateway as one of several.
struct Cell {
  std::string agent_listen;  ///< ADDRESS:PORT; "" = not at all.
};

struct OpenAi {
  std::uint32_t max_characters = 4'096;
  bool refuse_wordless = false;
};

struct Wyoming {
  std::string listen;  ///< ADDRESS:PORT; "" = not at all.
  std::uint32_t max_connections = 64;
  std::uint32_t max_characters = 262'144;
};

/// What is logged, and how.
struct Log {
  std::string format = "text";  ///< Or json.
  std::string answers = "all";  ///< Or no_probes or none.
  std::uint32_t answers_per_second = 100;
  bool client_address = false;
};

/// What is traced, and where that goes.
struct Tracing {
  std::string collector;  ///< http://HOST:PORT/PATH; "" = nowhere.
  double sampling = 0.1;
  std::uint32_t queue = 4'096;
  std::string service = "antiphon";
  std::filesystem::path file;  ///< "" = there is none.
  std::uint32_t file_mib = 64;
};

/// Workers on other machines.
struct Remote {
  std::string listen;                 ///< ADDRESS:PORT; "" = they cannot join.
  std::filesystem::path certificate;  ///< "" = unencrypted, on a loopback only.
  std::filesystem::path key;
  std::filesystem::path authorities;  ///< Authorities of their certificates; "" = they need none.
  std::filesystem::path tokens;       ///< "" = default_worker_keys_file().
  std::uint32_t most = 64;
  bool only = false;
};

struct ElevenLabs {
  std::uint32_t contexts = 5;
  std::uint32_t closed_contexts = 32;
  std::uint32_t max_characters = 40'000;
  base::Duration lead = std::chrono::seconds(2);
};

/// Whether workers give up what they do not need.
enum class Sandbox : std::uint8_t { kOff, kOn };

struct Workers {
  std::uint32_t count = 0;
  std::uint32_t most = 0;
  std::uint32_t spares = 1;
  std::uint32_t voices = 8;
  base::Duration backlog = std::chrono::seconds(30);
  std::uint32_t memory_limit_mib = 0;
  Sandbox sandbox = Sandbox::kOn;
  std::filesystem::path program;  ///< "" = this program.
  worker_pool::Options pool;      ///< Its `least`, `most`, `spare` and `worker_memory_limit` follow from the above.
};

struct Voices {
  std::filesystem::path models;  ///< "" = there is none.
  std::filesystem::path folder;  ///< "" = default_voices_folder().
  std::string preferred;         ///< "" = the one that the store names, else the first by name.
};

struct Engine {
  std::filesystem::path onnxruntime_library;  ///< "" = the one that set-up installed; so are the others.
  std::filesystem::path espeak_library;
  std::filesystem::path espeak_data;
  std::string kernel = "voice";                    ///< Or ort, direct or fast.
  std::string device = "cpu";                      ///< Or cuda:K.
  std::uint32_t batch = 0;                         ///< 0 = by the device.
  std::filesystem::path onnxruntime_cuda_library;  ///< "" = onnxruntime-gpu beside the one that set-up installed.
};

struct Config {
  Server server;
  Keys keys;
  Workers workers;
  Voices voices;
  Engine engine;
  text::Options text;
  base::Duration text_silence = std::chrono::seconds(2);
  std::filesystem::path pronunciations;  ///< "" = there are none.
  Progress progress;
  Cache cache;
  Cell cell;
  OpenAi openai;
  Wyoming wyoming;
  Remote remote;
  ElevenLabs elevenlabs;
  scheduler::Options scheduler;
  AdmissionWait wait;
  std::string log_level = "info";
  Log log;
  Tracing tracing;
  /// Names that clients use for voices, besides the voices' own.
  std::map<std::string, std::string, std::less<>> aliases;
  /// Voices that may be spoken with a cheaper one when the server is nearly full, and which.
  std::map<std::string, std::string, std::less<>> cheaper_voices;
  /// Gains of voices, in dB, instead of those that were measured when they were prepared; each from -40 to 40.
  std::map<std::string, double, std::less<>> gains;
  /// What was given by a name of the version before this one, a sentence each, for the log.
  std::vector<std::string> outdated;
};

/// What is wrong, where (file and line), and what would be right; for the author of the file.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Reads TOML over the defaults. `source` names it in errors. Unknown keys are errors. Throws Error.
[[nodiscard]] Config parse(std::string_view toml, std::string_view source);
/// Reads a file of at most 1 MiB. Throws Error.
[[nodiscard]] Config read(const std::filesystem::path& file);
/// What parse() checks too: values that contradict each other. For a configuration that flags have changed. Throws
/// Error.
void validate(const Config& config);

/// What the pool of workers is to do on a machine of so many cores. Valid where `config` is.
[[nodiscard]] worker_pool::Options pool_options(const Config& config, std::uint32_t cores);

/// The effective configuration as commented TOML, which parse() reads back to the same.
[[nodiscard]] std::string to_toml(const Config& config);
/// The page docs/configuration.md.
[[nodiscard]] std::string to_markdown();

/// $XDG_DATA_HOME/antiphon/voices, or ~/.local/share/antiphon/voices.
[[nodiscard]] std::filesystem::path default_voices_folder();
/// Where the dynamic linker looks first, LD_LIBRARY_PATH, absolute folders only: CUDA's libraries may lie there.
[[nodiscard]] std::vector<std::filesystem::path> library_folders();

/// NOTIFY_SOCKET, where the service manager listens; "" = there is none.
[[nodiscard]] std::string service_manager_socket();

/// WATCHDOG_USEC, within what time the service manager wants to hear from this process again, at least 10 ms. Returns
/// nullopt if it does not.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_period();

/// $XDG_DATA_HOME/antiphon/keys.json, or ~/.local/share/antiphon/keys.json.
[[nodiscard]] std::filesystem::path default_keys_file();

/// $XDG_DATA_HOME/antiphon/worker-keys.json, or ~/.local/share/antiphon/worker-keys.json.
[[nodiscard]] std::filesystem::path default_worker_keys_file();

}  // namespace antiphon::config
