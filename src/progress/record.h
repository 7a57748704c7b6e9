#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/sha256.h"
#include "base/units.h"

/// How far each stream has got, kept so that it can be continued after its connection, its gateway or its machine is
/// gone. A record holds what decides the bytes of a stream, and how many of them its listener has been given.
namespace antiphon::progress {

/// Names one stream for as long as its record is kept. 128 random bits, so that no client finds another's by trying.
struct StreamName {
  std::array<std::uint8_t, 16> bytes{};
  friend auto operator<=>(const StreamName&, const StreamName&) = default;
};

/// Returns a name that was never drawn before.
[[nodiscard]] StreamName draw_name();
/// Returns 32 lower-case hexadecimal digits.
[[nodiscard]] std::string to_text(const StreamName& name);
/// Returns nullopt for anything but 32 lower-case hexadecimal digits.
[[nodiscard]] std::optional<StreamName> parse_name(std::string_view text);

/// Counts the owners of one stream. Only the owner with the highest token may write, be it audio or progress.
using FencingToken = base::StrongId<struct FencingTokenTag>;

enum class State : std::uint8_t {
  kLive,         ///< It waits, or is spoken to a listener.
  kInterrupted,  ///< Its listener left before the end.
  kComplete,     ///< Its listener was given all of it.
  kFailed,       ///< It ended with an error.
};
[[nodiscard]] std::string_view name_of(State state);

/// How a client wants a word of its own to be said; see text::pronunciation::Entry.
struct Word {
  std::string written;
  std::string spoken;
  std::uint8_t letters = 0;  ///< The number of a text::pronunciation::Case.
  friend bool operator==(const Word&, const Word&) = default;
};

/// What a client asked for, as it decides the bytes, and which client may ask for them again. Never changes.
struct Request {
  StreamName name;
  std::string holder;          ///< A hash of the API key, or of the address, that alone may resume it.
  std::uint64_t account = 0;   ///< As identity::Caller has it.
  std::uint64_t user = 0;      ///< As identity::Caller has it.
  std::string door;            ///< The interface that it came by, such as "openai".
  std::string voice;           ///< As the client calls it, resolved to an id of the catalogue.
  std::string voice_identity;  ///< Hash of the files of the voice; "" where it is not known.
  std::string fingerprint;     ///< Fingerprint of the execution that rendered it first; "" where it is not known.
  std::uint64_t seed = 0;
  double speed = 1.0;
  double volume = 1.0;
  std::string text;  ///< UTF-8 as it came; "" where only its hash is kept.
  base::Sha256Digest text_sha256{};
  std::uint32_t text_bytes = 0;
  std::string format;  ///< As codec::name_of() has it.
  base::SampleRate rate{};
  std::uint32_t bits_per_second = 0;  ///< 0: the format's own choice.
  bool as_events = false;             ///< Whether the answer was server-sent events.
  std::uint8_t wordless = 0;          ///< The number of a delivery::Wordless.
  std::uint8_t reading = 0;           ///< The number of the text::Switches.
  std::vector<Word> words{};
  std::vector<std::string> dictionaries{};  ///< Names of the server's that it asked for.
  friend bool operator==(const Request&, const Request&) = default;
};

/// How far a stream has got.
struct Progress {
  State state = State::kLive;
  /// Where each planned segment ends, in samples from the first on, at the voice's own rate.
  std::vector<std::uint64_t> segment_ends;
  std::uint64_t samples_rendered = 0;  ///< At the voice's own rate.
  std::uint64_t samples_written = 0;   ///< To the listener, at the rate of the output.
  std::uint64_t bytes_written = 0;     ///< To the listener: the audio, without the framing of events.
  std::optional<std::uint64_t>
      length{};  ///< Length of the whole audio in bytes; known once it was rendered to its end.
  friend bool operator==(const Progress&, const Progress&) = default;
};

struct Record {
  Request request;
  Progress progress;
  std::string cell;             ///< The gateway that owns it.
  FencingToken token{};         ///< The owner's.
  std::int64_t created_ms = 0;  ///< Since 1970, by the clock of the gateway that wrote it.
  std::int64_t updated_ms = 0;
  friend bool operator==(const Record&, const Record&) = default;
};

/// The most that a record may hold. What is longer is not kept, so that its stream cannot be resumed.
struct RecordLimits {
  static constexpr std::size_t kNameBytes = 256;          ///< Most bytes of each name, hash and fingerprint.
  static constexpr std::size_t kFingerprintBytes = 4096;  ///< As wire::Limits has it.
  static constexpr std::size_t kTextBytes = std::size_t{1} << 20U;
  static constexpr std::size_t kSegments = 65'536;
  static constexpr std::size_t kWords = 100;
  static constexpr std::size_t kWordBytes = 4096;  ///< Most bytes of each word, and of how it is said.
  static constexpr std::size_t kDictionaries = 100;
  static constexpr base::SampleRate kLeastRate{4'000};
  static constexpr base::SampleRate kMostRate{384'000};
};

/// About what a record takes of a store's memory.
[[nodiscard]] std::size_t bytes_of(const Record& record);
/// Milliseconds since 1970, by this machine's clock.
[[nodiscard]] std::int64_t now_ms();

/// Whether every field is within RecordLimits. Only such a record can be encoded.
[[nodiscard]] bool within_limits(const Request& request);

/// Why bytes are no record.
enum class DecodeError : std::uint8_t {
  kMalformed,  ///< They end early, go on behind the end, or a field has a value that it cannot have.
  kVersion,    ///< Another version of the program wrote them.
};
template <class T>
using Decoded = base::Result<T, DecodeError>;

// The two parts of a record are bytes of their own, so that a store can write progress without the request again. The
// first byte is a version. Numbers are little-endian.

/// REQUIRES: within_limits(request).
[[nodiscard]] std::string encode(const Request& request);
/// Keeps the first RecordLimits::kSegments segments.
[[nodiscard]] std::string encode(const Progress& progress);
[[nodiscard]] Decoded<Request> decode_request(std::string_view bytes);
[[nodiscard]] Decoded<Progress> decode_progress(std::string_view bytes);

}  // namespace antiphon::progress

template <>
struct std::hash<antiphon::progress::StreamName> {
  std::size_t operator()(const antiphon::progress::StreamName& name) const noexcept;
};
