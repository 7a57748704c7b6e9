#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "protocol/elevenlabs/error.h"
#include "protocol/elevenlabs/speech.h"

namespace antiphon::protocol::elevenlabs {

/// Longest message of a client whose text may have so many characters, which may be escaped in JSON: `\u00e4`, or
/// `\ud83d\ude42` for one beyond the basic plane. The WebSocket's reader enforces it.
constexpr std::size_t max_message_bytes(std::size_t max_characters) {
  constexpr std::size_t kEscapedBytes = 12;
  constexpr std::size_t kOtherFields = std::size_t{16} << 10;
  return kOtherFields + kEscapedBytes * max_characters;
}
inline constexpr std::size_t kMaxMessageBytes = max_message_bytes(kMaxTextCharacters);  ///< By default.
inline constexpr std::size_t kMaxScheduleItems = 32;
inline constexpr std::uint32_t kMostScheduledCharacters = 10'000;

/// Whether a socket speaks one utterance (stream-input) or several by name (multi-stream-input).
enum class Mode : std::uint8_t { kSingle, kMulti };

/// What the messages of a socket hold: pieces of a text, cut anywhere, or whole sentences each ("auto_mode").
enum class Arrival : std::uint8_t { kPieces, kSentences };

/// What follows the text of a message.
enum class Then : std::uint8_t { kMore, kCloseContext, kCloseSocket };

/// When text is to be spoken.
enum class Pace : std::uint8_t {
  kBuffered,   ///< As the generation schedule says.
  kTriggered,  ///< As soon as there is enough of it ("try_trigger_generation").
  kFlushed,    ///< At once, with all that is buffered ("flush").
};

/// What a context takes from its first message. Later ones may repeat it.
struct ContextSettings {
  std::optional<double> speed;                       ///< kLeastSpeed to kMostSpeed.
  std::vector<std::uint32_t> chunk_length_schedule;  ///< Characters, 1 to kMostScheduledCharacters; may be empty.
  std::string api_key;                               ///< "" where the message brings none.
  std::vector<std::string> dictionaries;             ///< Names of those that its locators ask for, in their order.
  friend bool operator==(const ContextSettings&, const ContextSettings&) = default;
};

// The context of a message is "" in Mode::kSingle and where a client names none.

/// More text, which may be blank (the first message is " ") or, with kFlushed, empty. Where the context is closed
/// behind it, it is kFlushed.
struct AppendText {
  std::string context;
  std::string text;  ///< UTF-8, at most Rules::max_characters code points; not normalised: its spaces part words.
  Pace pace = Pace::kBuffered;
  ContextSettings settings;
  Then then = Then::kMore;
  friend bool operator==(const AppendText&, const AppendText&) = default;
};

/// No more text comes. {"text": ""} in Mode::kSingle: what is buffered is spoken, then the final message is sent and
/// the socket closed. "close_context" in Mode::kMulti: what was flushed is spoken, the rest is dropped, and the final
/// message is sent.
struct FinishContext {
  std::string context;
  friend bool operator==(const FinishContext&, const FinishContext&) = default;
};

/// The client is still there: {"text": ""} in Mode::kMulti, and whatever has no text and asks for nothing, such as {},
/// {"context_id": "a"} or {"type": "ping"}.
struct KeepAlive {
  std::string context;
  friend bool operator==(const KeepAlive&, const KeepAlive&) = default;
};

/// All contexts are flushed, finished, and the socket closed.
struct CloseSocket {
  friend bool operator==(const CloseSocket&, const CloseSocket&) = default;
};

using ClientMessage = std::variant<AppendText, FinishContext, KeepAlive, CloseSocket>;

/// What is wrong with a message, and with which context it ends; nothing where that cannot be told.
struct MessageError : Error {
  std::optional<std::string> context{};
};

/// Reads a message of bounded size. Unknown fields are ignored. Errors: kBadRequest, kInvalidType,
/// kInvalidValue, kInputTooLong; all but the first name the field.
[[nodiscard]] base::Result<ClientMessage, MessageError> parse_client_message(Mode mode, std::string_view message,
                                                                             const Rules& rules = {});

}  // namespace antiphon::protocol::elevenlabs
