#include "protocol/elevenlabs/query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <utility>

#include "protocol/elevenlabs/models.h"
#include "text/text.h"

namespace antiphon::protocol::elevenlabs {
namespace {

std::unexpected<Error> wrong(Errc code, std::string_view param, std::string message) {
  return std::unexpected(Error{.code = code, .message = std::move(message), .param = std::string(param)});
}

/// Undoes percent-encoding and '+'; nothing where it is broken or not UTF-8.
std::optional<std::string> decoded(std::string_view encoded) {
  std::string out;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    if (encoded[i] != '%') {
      out += encoded[i] == '+' ? ' ' : encoded[i];
      continue;
    }
    unsigned value = 0;
    const auto digits = encoded.substr(i + 1, 2);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (digits.size() != 2 || parsed.ptr != digits.data() + 2) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  if (text::find_invalid_utf8(out)) return std::nullopt;
  return out;
}

bool is_among(std::span<const std::string_view> words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

/// As pydantic reads them, by which ElevenLabs' own clients and servers are written.
constexpr std::array<std::string_view, 6> kTrue{"true", "1", "yes", "on", "t", "y"};
constexpr std::array<std::string_view, 6> kFalse{"false", "0", "no", "off", "f", "n"};

Result<void> read_flag(std::string_view key, std::string_view value, bool& flag) {
  std::string word(value);
  std::ranges::transform(word, word.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  flag = is_among(kTrue, word);
  if (flag || is_among(kFalse, word)) return {};
  return wrong(Errc::kInvalidValue, key, "'" + std::string(key) + "' must be true or false.");
}

Result<void> read_seed(std::string_view value, std::optional<std::uint64_t>& seed) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), number);
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size()) {
    return wrong(Errc::kInvalidValue, "seed", "'seed' must be an integer from 0 to 18446744073709551615.");
  }
  seed = number;
  return {};
}

Result<void> read_timeout(std::string_view value, std::chrono::seconds& timeout) {
  unsigned seconds = 0;
  const auto parsed = std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size() || seconds < 1 ||
      std::chrono::seconds(seconds) > kMostInactivityTimeout) {
    return wrong(Errc::kInvalidValue, "inactivity_timeout", "'inactivity_timeout' must be 1 to 180 (seconds).");
  }
  timeout = std::chrono::seconds(seconds);
  return {};
}

Result<void> read_pair(std::string_view key, std::string value, Models models, Query& query) {
  if (key == "output_format") {
    const auto format = parse_output_format(value);
    if (!format) {
      return wrong(Errc::kUnsupportedFormat, key,
                   "There is no such 'output_format'; use for example mp3_44100_128, opus_48000_64 or pcm_24000.");
    }
    query.output_format = *format;
  } else if (key == "model_id") {
    if (models == Models::kListed && !value.empty() && !is_model(value)) {
      return wrong(Errc::kUnknownModel, key, "There is no such model; GET /v1/models lists them.");
    }
    query.model_id = std::move(value);
  } else if (key == "inactivity_timeout") {
    return read_timeout(value, query.inactivity_timeout);
  } else if (key == "seed") {
    return read_seed(value, query.seed);
  } else if (key == "auto_mode") {
    return read_flag(key, value, query.auto_mode);
  } else if (key == "enable_logging") {
    return read_flag(key, value, query.logging);
  } else if (key == "enable_ssml_parsing") {
    return read_flag(key, value, query.ssml);
  }
  return {};
}

/// Takes the first pair off a query; nothing where it is broken.
std::optional<std::pair<std::string, std::string>> take_pair(std::string_view& query) {
  const auto pair = query.substr(0, query.find('&'));
  query.remove_prefix(std::min(query.size(), pair.size() + 1));
  const auto equals = pair.find('=');
  auto key = decoded(pair.substr(0, equals));
  auto value = decoded(equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1));
  if (!key || !value) return std::nullopt;
  return std::pair(std::move(*key), std::move(*value));
}

}  // namespace

Result<Query> parse_query(std::string_view query, Models models) {
  Query out;
  while (!query.empty()) {
    auto pair = take_pair(query);
    if (!pair) return wrong(Errc::kBadRequest, "", "The query is not percent-encoded UTF-8.");
    if (auto read = read_pair(pair->first, std::move(pair->second), models, out); !read) {
      return std::unexpected(std::move(read.error()));
    }
  }
  return out;
}

std::string api_key_in(std::string_view query) {
  constexpr std::array<std::string_view, 3> kNames{"xi-api-key", "xi_api_key", "authorization"};
  constexpr std::string_view kBearer = "Bearer ";
  std::string found;
  while (!query.empty()) {
    auto pair = take_pair(query);
    if (!pair || pair->second.size() > kMaxNameCharacters || !is_among(kNames, pair->first)) continue;
    found = std::move(pair->second);
    if (found.starts_with(kBearer)) found.erase(0, kBearer.size());
  }
  return found;
}

}  // namespace antiphon::protocol::elevenlabs
