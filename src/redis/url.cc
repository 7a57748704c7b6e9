#include "redis/url.h"

#include <fmt/core.h>

#include <charconv>
#include <optional>
#include <utility>

#include "net/authority.h"

namespace antiphon::redis {
namespace {

constexpr std::size_t kMostBytes = 4096;
constexpr std::size_t kMostMasterBytes = 253;
constexpr std::size_t kMostPathBytes = 107;  // sockaddr_un
constexpr std::size_t kMostSentinels = 16;

std::unexpected<Error> wrong(std::string message) {
  return std::unexpected(Error{.code = Errc::kUrl, .message = std::move(message)});
}

template <class T>
std::optional<T> parse_number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto byte = parse_number<std::uint8_t>(text.substr(i + 1, 2), 16);
    if (!byte) return std::nullopt;
    decoded += static_cast<char>(*byte);
    i += 2;
  }
  return decoded;
}

/// Cuts `rest` before the first `mark` and returns what follows it; nullopt where there is none.
std::optional<std::string_view> cut(std::string_view& rest, char mark) {
  const auto at = rest.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  const auto behind = rest.substr(at + 1);
  rest = rest.substr(0, at);
  return behind;
}

Result<Endpoint> parse_endpoint(std::string_view text, std::uint16_t port) {
  auto authority = net::parse_authority(text);
  if (!authority) return wrong(std::move(authority.error()));
  if (authority->host.contains('\0')) return wrong("the host is missing");
  return Endpoint{.host = std::move(authority->host), .port = authority->port.value_or(port)};
}

Result<void> take_database(Url& url, std::string_view text) {
  const auto number = parse_number<std::uint32_t>(text);
  if (!number || *number > 65'535) return wrong("the database must be a number up to 65535");
  url.database = *number;
  return {};
}

Result<void> take_credentials(Url& url, std::string_view& rest) {
  const auto at = rest.rfind('@');
  if (at == std::string_view::npos) return {};
  auto user = rest.substr(0, at);
  rest = rest.substr(at + 1);
  const auto secret = cut(user, ':');
  auto name = percent_decoded(user);
  auto password = percent_decoded(secret.value_or(""));
  if (!name || !password) return wrong("user and password must be percent-coded");
  if (!name->empty() && password->empty()) return wrong("a user needs a password: USER:PASSWORD@");
  url.user = std::move(*name);
  url.password = std::move(*password);
  return {};
}

Result<Url> parse_unix(Url url, std::string_view rest) {
  const auto query = cut(rest, '?');
  if (!rest.starts_with('/') || rest.size() > kMostPathBytes || rest.contains('\0')) {
    return wrong("a socket's path is absolute and at most 107 bytes long: unix:///PATH");
  }
  url.endpoints = {{.host = std::string(rest)}};
  if (!query) return url;
  if (!query->starts_with("db=")) return wrong("only ?db=N may follow the path of a socket");
  if (auto done = take_database(url, query->substr(3)); !done) return std::unexpected(done.error());
  return url;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  constexpr std::pair<std::string_view, Url::Kind> kSchemes[] = {{"redis://", Url::Kind::kTcp},
                                                                 {"rediss://", Url::Kind::kTls},
                                                                 {"unix://", Url::Kind::kUnix},
                                                                 {"redis+sentinel://", Url::Kind::kSentinel}};
  if (text.starts_with("memcached://")) {
    return wrong("memcached forgets what it has no room for, and with it which gateway owns a stream: name a Redis");
  }
  Url url;
  auto rest = text;
  for (const auto& [scheme, kind] : kSchemes) {
    if (!text.starts_with(scheme)) continue;
    url.kind = kind;
    rest = text.substr(scheme.size());
  }
  if (rest.size() == text.size() || text.size() > kMostBytes) {
    return wrong("an address is redis://, rediss://, unix:// or redis+sentinel://, and what follows");
  }
  if (auto done = take_credentials(url, rest); !done) return std::unexpected(done.error());
  if (url.kind == Url::Kind::kUnix) return parse_unix(std::move(url), rest);
  if (rest.contains('?') || rest.contains('#')) return wrong("the address has no query; there are keys for the rest");
  auto path = cut(rest, '/').value_or("");
  if (url.kind == Url::Kind::kSentinel) {
    const auto database = cut(path, '/');
    if (path.empty() || path.size() > kMostMasterBytes) return wrong("the name of the master is missing");
    url.master = std::exchange(path, database.value_or(""));
  }
  if (!path.empty()) {
    if (auto done = take_database(url, path); !done) return std::unexpected(done.error());
  }
  for (std::optional<std::string_view> more = rest; more;) {
    auto one = *more;
    more = cut(one, ',');
    auto endpoint = parse_endpoint(one, url.kind == Url::Kind::kSentinel ? 26379 : 6379);
    if (!endpoint) return std::unexpected(endpoint.error());
    url.endpoints.push_back(std::move(*endpoint));
    if (url.endpoints.size() > (url.kind == Url::Kind::kSentinel ? kMostSentinels : 1)) {
      return wrong("there are too many hosts");
    }
  }
  return url;
}

std::string describe(const Url& url) {
  const auto& first = url.endpoints.front();
  switch (url.kind) {
    case Url::Kind::kTcp:
      return fmt::format("redis://{}:{}/{}", first.host, first.port, url.database);
    case Url::Kind::kTls:
      return fmt::format("rediss://{}:{}/{}", first.host, first.port, url.database);
    case Url::Kind::kUnix:
      return fmt::format("unix://{}?db={}", first.host, url.database);
    case Url::Kind::kSentinel:
      return fmt::format("redis+sentinel://{}:{}/{}/{}", first.host, first.port, url.master, url.database);
  }
  return {};
}

}  // namespace antiphon::redis
