#include "http/response_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace antiphon::http {
namespace {

constexpr std::array<std::string_view, 5> kOwnFields = {"Content-Length", "Transfer-Encoding", "Connection", "Date",
                                                        "Keep-Alive"};
constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_token(std::string_view name) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !name.empty() && std::ranges::all_of(name, [kOthers](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || kOthers.contains(c);
  });
}

bool is_field_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

/// RFC 9110 5.6.7; strftime would follow the locale.
std::string http_date(std::time_t when) {
  std::tm t{};
  if (gmtime_r(&when, &t) == nullptr) return "Thu, 01 Jan 1970 00:00:00 GMT";
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays.at(static_cast<std::size_t>(t.tm_wday)), t.tm_mday,
                     kMonths.at(static_cast<std::size_t>(t.tm_mon)), t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

}  // namespace

std::string format_head(const Response& response, const HeadOptions& options) {
  std::string out = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  const auto append = [&out](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
  };
  append("Date", http_date(options.date));
  for (const auto& [name, value] : response.headers.fields()) {
    const bool own = std::ranges::any_of(kOwnFields, [&](std::string_view f) { return equal_ignoring_case(f, name); });
    if (!own && is_token(name) && is_field_value(value)) append(name, value);
  }
  switch (is_bodiless(response.status) ? Framing::kUntilClose : options.framing) {
    case Framing::kContentLength:
      append("Content-Length", std::to_string(response.body.size()));
      break;
    case Framing::kChunked:
      append("Transfer-Encoding", "chunked");
      break;
    case Framing::kUntilClose:
      break;
  }
  append("Connection", options.after == AfterResponse::kClose ? "close" : "keep-alive");
  out += "\r\n";
  return out;
}

bool is_bodiless(unsigned status) { return status == 204 || status == 304; }

std::string chunk_header(std::size_t bytes) { return fmt::format("{:x}\r\n", bytes); }

}  // namespace antiphon::http
