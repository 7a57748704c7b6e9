#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "base/time.h"

/// What a request can end with, whichever protocol it came by, and what each protocol says then: one table. Pure.
namespace antiphon::protocol {

enum class Errc : std::uint8_t {
  // The request is not as it should be.
  kBadRequest,         ///< It is no HTTP, JSON or event as it should be; the framing of a connection may be lost.
  kMissingParameter,   ///< A required field is absent.
  kInvalidType,        ///< A field is of another JSON type.
  kInvalidValue,       ///< A field is out of its range.
  kInvalidText,        ///< What is to be spoken is not a text.
  kInputTooLong,       ///< A field has more characters than it may have.
  kOutOfTurn,          ///< An event makes no sense here, such as a chunk of text before its start.
  kUnsupported,        ///< The request asks for what this server does not do, such as SSML.
  kUnsupportedFormat,  ///< This server does not write that audio or stream format.
  kUnknownVoice,       ///< There is no such voice, speaker or language, or not for this caller.
  kUnknownModel,       ///< There is no such model.
  kNothingToSpeak,     ///< No segment of the text has a phoneme of the voice.
  kTextNotSpeakable,   ///< The text has ended the workers that planned it; it is not tried again for a while.
  kNotFound,           ///< There is no such path.
  kMethodNotAllowed,   ///< The path takes another method.
  kRangeBeyondEnd,     ///< The audio ends before the first byte that is asked for.
  kTextNotKept,        ///< The stream can go on only with its text, which the server does not keep.
  kKeyReused,          ///< The idempotency key came with another request before.
  // The caller may not.
  kUnauthorized,     ///< There was no API key, or an unknown one.
  kRevoked,          ///< The API key was revoked after the request had been let in, or while it waited.
  kForbidden,        ///< The API key is not for that.
  kUserLimit,        ///< The user, or the account, has as many streams as it may have.
  kTooManyContexts,  ///< One connection has as many contexts as it may have.
  kInactive,         ///< No text came for longer than inactivity_timeout.
  // The HTTP server answers by itself.
  kOriginRefused,         ///< A web page of another origin sent it.
  kHostRefused,           ///< Its Host is not a name of this server (DNS rebinding).
  kRequestTimeout,        ///< Header or body did not arrive in time.
  kTooLarge,              ///< A body, a line or a payload is larger than this server takes.
  kTargetTooLong,         ///< The target of the request is too long.
  kHeadersTooLarge,       ///< The header of the request is too large.
  kUnsupportedMediaType,  ///< The body is not application/json.
  kUnsupportedCoding,     ///< The body has a Content-Encoding.
  kNotImplemented,        ///< A method or transfer coding that HTTP/1.1 servers need not know.
  kVersionNotSupported,   ///< Another version of HTTP.
  kTooManyConnections,    ///< The server has as many connections as it may have.
  kInternal,              ///< The handler failed or did not answer.
  // The server cannot.
  kBusy,          ///< There is no room, or the server is not ready: the client may come back later.
  kShed,          ///< It was let in, but the cell cannot keep what it promised, and its user has most of it.
  kWorkerLost,    ///< One job lost its worker more often than allowed; trying again may help.
  kStalled,       ///< No worker made progress with it for too long.
  kEngineFailed,  ///< It could not be rendered, for no fault of the client.
  kNoVoice,       ///< There is no voice to speak with.
  kCannotListen,  ///< The server cannot use an address that it was told to listen on. Last: see kErrcs.
};

/// Number of the codes; they are 0 to this.
inline constexpr std::size_t kErrcs = std::to_underlying(Errc::kCannotListen) + 1;

struct Error {
  Errc code = Errc::kEngineFailed;
  std::string message = {};  ///< For the client: what was wrong and what to do. No user text.
  std::string param = {};    ///< The field it is about; "" = none.
  /// Of kBusy and kUserLimit: when trying again is expected to help.
  base::Duration retry_after = std::chrono::seconds(1);
};

template <class T>
using Result = base::Result<T, Error>;

/// The part of a request for speech that an error is about; each protocol has its own name for it.
enum class Subject : std::uint8_t { kNone, kVoice, kText };

/// How much of an error's message a client gets where its speech has failed.
enum class Detail : std::uint8_t {
  kWhole,   ///< The message is written for the client.
  kReason,  ///< The message is a part of a sentence that says why the speech failed.
  kNone,    ///< The message is for the log.
};

/// What is said of one error.
struct ErrorRow {
  struct OpenAi {
    unsigned status = 0;    ///< Status of HTTP.
    std::string_view type;  ///< "invalid_request_error", "rate_limit_error" or "server_error".
    std::string_view code;
  };
  struct ElevenLabs {
    unsigned status = 0;           ///< Status of HTTP.
    std::uint16_t close_code = 0;  ///< With which a WebSocket is closed: 1008 (the client), 1011 (us), 1013 (later).
    std::string_view code;         ///< `status` of the detail, and `error` of a message.
  };
  struct Wyoming {
    unsigned status = 0;    ///< What HTTP would have, for the log and /metrics.
    std::string_view code;  ///< `code` of the error event.
  };

  Errc code{};
  std::string_view name;  ///< In the log.
  OpenAi openai;
  ElevenLabs elevenlabs;
  Wyoming wyoming;
  Subject subject = Subject::kNone;
  Detail detail = Detail::kWhole;
};

[[nodiscard]] const ErrorRow& row_of(Errc code);

/// Returns the message of an error with which speech ended, as clients over HTTP get it.
[[nodiscard]] std::string failure_message(const Error& error);

/// A failure whose reason only the log has.
inline constexpr std::string_view kFailureInLog = "The speech could not be rendered; the server's log has the reason.";

}  // namespace antiphon::protocol
