#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "http/error.h"
#include "http/message.h"

namespace antiphon::http {

struct ParserLimits {
  std::size_t header_bytes = 16 * 1024;  ///< The head with its empty line; also one chunk's header, or the trailer.
  std::size_t target_bytes = 4 * 1024;
  std::size_t body_bytes = 256 * 1024;
};

/// Reads one HTTP/1.x request from bytes as they arrive. Pure; Beast behind it.
class RequestParser {
 public:
  enum class State : std::uint8_t { kHeader, kBody, kDone, kFailed };

  explicit RequestParser(const ParserLimits& limits);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Takes a prefix of `bytes` and says how long it was; the rest must be offered again, with more behind it. Stops
  /// once when the header is complete (state kBody), so that it can be judged before the body is read.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] State state() const { return state_; }
  /// Whether any byte of the request was taken or seen.
  [[nodiscard]] bool begun() const { return begun_; }
  /// In state kFailed.
  [[nodiscard]] const EdgeError& error() const { return error_; }
  /// The head from state kBody on, the body in state kDone. In state kFailed, method and path where they are known,
  /// else the path is "".
  [[nodiscard]] Request& request() { return request_; }
  [[nodiscard]] bool expects_continue() const { return expects_continue_; }
  [[nodiscard]] bool keep_alive() const { return keep_alive_; }
  /// HTTP/1.0: no chunked coding.
  [[nodiscard]] bool is_http_1_0() const { return http_1_0_; }

 private:
  struct Beast;

  void fail(Errc code, std::string message);
  /// Offers `bytes` to Beast once and says how much it took; none when it needs more.
  std::size_t step(std::string_view bytes);
  void take_head();
  /// Of a head that is refused, as far as it is known: for the counters of refusals.
  void take_target();
  bool set_target(std::string_view target);

  ParserLimits limits_;
  std::unique_ptr<Beast> beast_;
  State state_ = State::kHeader;
  EdgeError error_;
  Request request_;
  bool begun_ = false;
  bool has_request_line_ = false;
  std::size_t head_bytes_ = 0;  ///< Bytes of the head, taken so far.
  bool chunked_ = false;
  bool expects_continue_ = false;
  bool keep_alive_ = false;
  bool http_1_0_ = false;
};

/// Undoes %XX; nullopt for a bad escape or a NUL.
[[nodiscard]] std::optional<std::string> percent_decode(std::string_view text);

}  // namespace antiphon::http
