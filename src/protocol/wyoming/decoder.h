#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/wyoming/client_event.h"

namespace antiphon::protocol::wyoming {

struct Limits {
  static constexpr std::size_t kLineBytes = 256U << 10;    ///< The JSON line with its newline.
  static constexpr std::size_t kDataBytes = 256U << 10;    ///< The JSON after the line.
  static constexpr std::size_t kMalformedLines = 16;       ///< In a row that are no events; one more is not answered.
  static constexpr std::size_t kPayloadBytes = 16U << 20;  ///< The bytes after that, which are skipped and never kept.
};

/// Turns a byte stream into events: a JSON line `{"type","data","data_length","payload_length"}`, then data_length
/// bytes of JSON that are merged over `data`, then payload_length bytes. Bytes come in pieces of any size; besides the
/// piece fed, a line or the data of one event is the most that it keeps. Blank lines are skipped; a line that is no
/// event is Invalid, and so is an event whose data are not JSON. After the first error the stream has lost its framing:
/// every later next() repeats that error.
class Decoder {
 public:
  void feed(std::string_view bytes);

  /// The next event; nullopt = more bytes are needed. Errors: kMalformed, kTooLarge.
  [[nodiscard]] Result<std::optional<ClientEvent>> next();

  /// Whether the stream may end here: no event is begun.
  [[nodiscard]] bool idle() const { return !header_ && begin_ == buffer_.size() && skip_ == 0; }

 private:
  /// A line that was read; its data is yet to come.
  struct Header {
    std::string type;
    std::string inline_data;  ///< JSON; "" where there is none.
    std::size_t data_bytes = 0;
    std::size_t payload_bytes = 0;
    std::optional<Error> wrong;  ///< Why it is no event.
  };

  [[nodiscard]] std::string_view buffered() const { return std::string_view(buffer_).substr(begin_); }
  void consume(std::size_t bytes);
  void skip_payload();
  [[nodiscard]] Result<bool> read_header();
  /// A line that is not blank, without its newline; nothing where more bytes are needed.
  [[nodiscard]] Result<std::optional<std::string>> read_line();
  [[nodiscard]] static Result<Header> parse_header(std::string_view line);

  std::string buffer_;
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;   ///< Bytes from begin_ on that hold no newline.
  std::size_t skip_ = 0;       ///< Payload yet to come.
  std::size_t malformed_ = 0;  ///< Lines in a row that were no events.
  std::optional<Header> header_;
  std::optional<Error> failure_;
};

}  // namespace antiphon::protocol::wyoming
