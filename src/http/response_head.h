#pragma once

#include <cstdint>
#include <ctime>
#include <string>

#include "http/message.h"

namespace antiphon::http {

/// How the end of the body is marked.
enum class Framing : std::uint8_t { kContentLength, kChunked, kUntilClose };
enum class AfterResponse : std::uint8_t { kKeepAlive, kClose };

struct HeadOptions {
  Framing framing = Framing::kContentLength;
  AfterResponse after = AfterResponse::kKeepAlive;
  std::time_t date = 0;  ///< Seconds since 1970, for the Date field.
};

/// The status line and the fields, with the empty line behind them; Content-Length counts response.body. Fields of
/// the response that the server adds itself, or that could forge another field, are left out; so is the framing of a
/// status without a body.
[[nodiscard]] std::string format_head(const Response& response, const HeadOptions& options);

/// Whether answers of this status end with their head (204 and 304): no framing, no body.
[[nodiscard]] bool is_bodiless(unsigned status);

/// "1a2b\r\n": the line before a chunk of `bytes` > 0 bytes.
[[nodiscard]] std::string chunk_header(std::size_t bytes);

}  // namespace antiphon::http
