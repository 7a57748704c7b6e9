#include "bench/http_answer.h"

#include <array>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bench/client.h"
#include "bench/sample_counter.h"

namespace antiphon::bench {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr int kOk = 200;

std::optional<base::Duration> number_of(std::string_view text, base::Duration unit) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  constexpr std::int64_t kMost = 1'000'000'000;
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > kMost) return std::nullopt;
  return value * unit;
}

std::string body_of(const Target& target, const Request& request) {
  nlohmann::json body;
  if (target.protocol == Protocol::kPiper) {
    body = {{"text", request.text}};
    if (!target.voice.empty()) body["voice"] = target.voice;
  } else {
    body = {
        {"model", target.model}, {"voice", target.voice}, {"input", request.text}, {"response_format", target.format}};
    if (!target.key.empty()) body["user"] = request.user;
  }
  return body.dump();
}

class HttpAnswer final : public AnswerReader {
 public:
  explicit HttpAnswer(base::SampleRate rate) : counter_(rate) { parser_.body_limit(boost::none); }

  base::Result<base::SampleCount, std::string> feed(std::string_view bytes) override {
    pending_ += bytes;
    base::SampleCount samples;
    while (!pending_.empty() && !is_complete()) {
      const auto before = pending_.size();
      auto read = parser_.is_header_done() ? read_body() : read_head();
      if (!read) return read;
      samples += *read;
      if (pending_.size() == before) break;
    }
    if (pending_.size() > kMostPending) return std::unexpected("the answer is not HTTP");
    return samples;
  }

  void end() override {
    beast::error_code ignored;
    if (parser_.is_header_done() && !parser_.is_done()) parser_.put_eof(ignored);
  }

  [[nodiscard]] bool is_complete() const override {
    return parser_.is_done() || (parser_.is_header_done() && status() != kOk);
  }
  [[nodiscard]] int status() const override {
    return parser_.is_header_done() ? static_cast<int>(parser_.get().result_int()) : 0;
  }
  [[nodiscard]] std::optional<base::Duration> come_back() const override {
    if (!parser_.is_header_done()) return std::nullopt;
    const auto& head = parser_.get();
    if (const auto exact = number_of(head["retry-after-ms"], std::chrono::milliseconds(1))) return exact;
    return number_of(head[http::field::retry_after], std::chrono::seconds(1));
  }
  [[nodiscard]] base::SampleRate rate() const override { return counter_.rate(); }

 private:
  /// Gives the parser what is there, and drops what it took.
  beast::error_code put() {
    beast::error_code error;
    const auto taken = parser_.put(boost::asio::buffer(pending_), error);
    pending_.erase(0, taken);
    return error == http::error::need_more || error == http::error::need_buffer ? beast::error_code() : error;
  }

  base::Result<base::SampleCount, std::string> read_head() {
    if (const auto error = put()) return std::unexpected(error.message());
    if (parser_.is_header_done() && status() == kOk) {
      const std::string_view type = parser_.get()[http::field::content_type];
      if (type.starts_with("audio/mpeg") || type.starts_with("audio/ogg")) {
        return std::unexpected("the body is " + std::string(type.substr(0, type.find(';'))) + ", not PCM or WAV");
      }
      // piper-tts's server calls its WAV files text/html; other texts are pages and errors.
      if (type.starts_with("text/") || type.starts_with("application/json")) counter_.expect_file();
    }
    return base::SampleCount{};
  }

  base::Result<base::SampleCount, std::string> read_body() {
    auto& body = parser_.get().body();
    body.data = space_.data();
    body.size = space_.size();
    body.more = true;
    if (const auto error = put()) return std::unexpected(error.message());
    return counter_.feed({space_.data(), space_.size() - body.size});
  }

  static constexpr std::size_t kSpace = 16'384;
  static constexpr std::size_t kMostPending = 65'536;

  http::response_parser<http::buffer_body> parser_;
  SampleCounter counter_;
  std::string pending_;  ///< At most a head, a line of a chunk, or what was fed last.
  std::array<char, kSpace> space_{};
};

}  // namespace

std::string http_request(const Target& target, const Request& request) {
  constexpr unsigned kHttp11 = 11;
  http::request<http::string_body> message(http::verb::post, target.address.path, kHttp11);
  message.set(http::field::host, name_of(target.address));
  message.set(http::field::content_type, "application/json");
  message.set(http::field::connection, "close");
  message.set(http::field::authorization, "Bearer " + (target.key.empty() ? request.user : target.key));
  std::string wishes;
  if (target.wait) {
    wishes = "wait=" + std::to_string(std::chrono::ceil<std::chrono::seconds>(*target.wait).count());
  }
  if (target.pacing == Pacing::kOn) wishes += wishes.empty() ? "pace" : ", pace";
  if (!wishes.empty()) message.set("Prefer", wishes);
  message.body() = body_of(target, request);
  message.prepare_payload();
  std::ostringstream text;
  text << message;
  return text.str();
}

std::unique_ptr<AnswerReader> make_http_answer(base::SampleRate rate) { return std::make_unique<HttpAnswer>(rate); }

}  // namespace antiphon::bench
