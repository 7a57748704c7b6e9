#include "http/request_parser.h"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <stdexcept>
#include <utility>

namespace antiphon::http {
namespace beast = boost::beast::http;

struct RequestParser::Beast {
  struct Step {
    std::size_t used = 0;
    std::size_t beside_body = 0;  ///< Bytes used or waiting that are not the body's.
    bool needs_more = false;
    boost::system::error_code error;
  };

  Step put(std::string_view bytes);

  beast::request_parser<beast::string_body> parser;
};

namespace {

/// Registered after Beast was written; no path takes it, which is another answer than that it is not known.
constexpr std::string_view kQueryMethod = "QUERY";

EdgeError edge_error(const boost::system::error_code& error) {
  if (error == beast::error::header_limit) {
    return {.code = Errc::kHeadersTooLarge, .message = "The request's header is too large."};
  }
  if (error == beast::error::body_limit) {
    return {.code = Errc::kTooLarge, .message = "The request's body is too large."};
  }
  if (error == beast::error::bad_version) {
    return {.code = Errc::kVersionNotSupported, .message = "Only HTTP/1.0 and HTTP/1.1 are spoken here."};
  }
  return {.code = Errc::kBadRequest, .message = "The request is not well-formed HTTP."};
}

/// No chunked body lacks less than this ("0", two empty lines) before its end. Beast's debug assertions fail when its
/// last chunk comes in pieces that are smaller.
constexpr std::size_t kLeastChunkedRest = 5;

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

RequestParser::Beast::Step RequestParser::Beast::put(std::string_view bytes) {
  Step step;
  const auto body_before = parser.get().body().size();
  try {
    step.used = parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), step.error);
  } catch (const std::length_error&) {  // a field of more than 64 KiB
    step.error = beast::error::header_limit;
  }
  step.needs_more = step.error == beast::error::need_more;
  if (step.needs_more) step.error = {};
  step.beside_body = (step.needs_more ? bytes.size() : step.used) - (parser.get().body().size() - body_before);
  return step;
}

RequestParser::RequestParser(const ParserLimits& limits) : limits_(limits), beast_(std::make_unique<Beast>()) {
  beast_->parser.header_limit(static_cast<std::uint32_t>(limits.header_bytes));
  beast_->parser.body_limit(limits.body_bytes);
  beast_->parser.eager(false);
}

RequestParser::~RequestParser() = default;

void RequestParser::fail(Errc code, std::string message) {
  state_ = State::kFailed;
  keep_alive_ = false;
  error_ = {.code = code, .message = std::move(message)};
}

std::size_t RequestParser::feed(std::string_view bytes) {
  std::size_t taken = 0;
  if (!begun_) {  // RFC 9112 2.2: empty lines before a request are ignored
    while (taken < bytes.size() && (bytes[taken] == '\r' || bytes[taken] == '\n')) ++taken;
    if (taken == bytes.size()) return taken;
    begun_ = true;
  }
  if (!has_request_line_ && bytes.substr(taken, bytes.find('\n', taken) - taken).size() > limits_.target_bytes + 64) {
    fail(Errc::kTargetTooLong, "The request's target is too long.");
    return taken;
  }
  while ((state_ == State::kHeader || state_ == State::kBody) && taken < bytes.size()) {
    const auto before = state_;
    const auto used = step(bytes.substr(taken));
    taken += used;
    if (used == 0 || state_ != before) break;
  }
  return taken;
}

std::size_t RequestParser::step(std::string_view bytes) {
  if (chunked_ && bytes.size() < kLeastChunkedRest) return 0;
  auto& parser = beast_->parser;
  const auto step = beast_->put(bytes);
  has_request_line_ = has_request_line_ || step.used > 0;
  // Beast holds each piece of a head against its limit, not the whole, and has no limit for trailers.
  if (step.beside_body + head_bytes_ > limits_.header_bytes) {
    fail(Errc::kHeadersTooLarge, "The request's header is too large.");
  } else if (step.error) {
    const auto reason = edge_error(step.error);
    if (state_ == State::kHeader) take_target();
    fail(reason.code, reason.message);
  } else if (state_ == State::kHeader && !parser.is_header_done()) {
    head_bytes_ += step.used;
  } else if (state_ == State::kHeader) {
    head_bytes_ = 0;
    take_head();
    if (state_ == State::kFailed) take_target();
    if (state_ != State::kFailed && parser.is_done()) state_ = State::kDone;
  } else if (parser.is_done()) {
    request_.body = std::move(parser.get().body());
    state_ = State::kDone;
  }
  return step.used;
}

void RequestParser::take_head() {
  const auto& head = beast_->parser.get();
  state_ = State::kBody;
  http_1_0_ = head.version() < 11;
  request_.method = std::string(head.method_string());
  for (const auto& field : head) request_.headers.add(std::string(field.name_string()), std::string(field.value()));
  const auto& headers = request_.headers;
  if (head.version() != 10 && head.version() != 11) {
    return fail(Errc::kVersionNotSupported, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
  }
  const bool known = head.method() != beast::verb::unknown || request_.method == kQueryMethod;
  if (!known) return fail(Errc::kNotImplemented, "The method is not known here.");
  const auto* coding = headers.find("Transfer-Encoding");
  chunked_ = coding != nullptr;
  if (coding != nullptr && (headers.count("Content-Length") > 0 || http_1_0_)) {
    return fail(Errc::kBadRequest, "The length of the body is given in two ways.");
  }
  if (coding != nullptr && (headers.count("Transfer-Encoding") > 1 || !equal_ignoring_case(*coding, "chunked"))) {
    return fail(Errc::kNotImplemented, "Of the transfer codings only chunked is known here.");
  }
  if (headers.count("Host") > 1 || (headers.count("Host") == 0 && !http_1_0_)) {
    return fail(Errc::kBadRequest, "The request needs exactly one Host field.");
  }
  if (head.target().size() > limits_.target_bytes) {
    return fail(Errc::kTargetTooLong, "The request's target is too long.");
  }
  if (!set_target({head.target().data(), head.target().size()})) {
    return fail(Errc::kBadRequest, "The request's target is not well-formed.");
  }
  keep_alive_ = head.keep_alive();
  const auto* expect = headers.find("Expect");
  expects_continue_ = expect != nullptr && equal_ignoring_case(*expect, "100-continue") && !http_1_0_;
}

void RequestParser::take_target() {
  const auto& head = beast_->parser.get();
  request_.method = std::string(head.method_string());
  if (!set_target({head.target().data(), head.target().size()})) request_.path.clear();
}

bool RequestParser::set_target(std::string_view target) {
  target = target.substr(0, target.find('#'));
  if (target.starts_with("http://") || target.starts_with("https://")) {  // absolute form: its authority is the Host
    target.remove_prefix(target.find("://") + 3);
    const auto end = std::min(target.find_first_of("/?"), target.size());
    request_.headers.set("Host", std::string(target.substr(0, end)));
    target.remove_prefix(end);
    if (!target.starts_with('/')) {
      request_.path = "/";
      request_.query = target.empty() ? std::string() : std::string(target.substr(1));
      return true;
    }
  }
  const auto mark = target.find('?');
  if (mark != std::string_view::npos) request_.query = target.substr(mark + 1);
  const auto path = percent_decode(target.substr(0, mark));
  if (!path || (!path->starts_with('/') && *path != "*")) return false;
  request_.path = *path;
  return true;
}

}  // namespace antiphon::http
