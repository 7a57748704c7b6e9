#include "http/edge_policy.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace antiphon::http {
namespace {

Request get_from(const std::string& host) { return {.method = "GET", .path = "/", .headers = {{"Host", host}}}; }

Request post(const std::string& host, Headers more) {
  Request request{.method = "POST", .path = "/v1", .headers = std::move(more)};
  request.headers.add("Host", host);
  if (request.headers.count("Content-Type") == 0) request.headers.add("Content-Type", "application/json");
  return request;
}

std::optional<Errc> verdict(const EdgeRules& rules, const Request& request) {
  const auto refusal = edge_policy(rules, request);
  if (!refusal) return std::nullopt;
  EXPECT_FALSE(refusal->message.empty());
  return refusal->code;
}

constexpr auto kPassed = std::nullopt;

TEST(EdgePolicyTest, AnswersToEveryNameOfThisMachine) {
  for (const auto* host :
       {"localhost", "localhost:8080", "LocalHost", "localhost.", "localhost.:80", "a.localhost", "127.0.0.1",
        "127.0.0.1:8080", "127.255.0.3", "[::1]", "[::1]:8080", "[0:0:0:0:0:0:0:1]", "localhost:"}) {
    EXPECT_EQ(verdict({}, get_from(host)), kPassed) << host;
  }
}

TEST(EdgePolicyTest, RefusesEveryOtherHost) {
  for (const auto* host : {"evil.example", "localhost.evil.example", "evillocalhost", "128.0.0.1", "10.0.0.1:8080",
                           "[::2]", "0.0.0.0", "0x7f000001", "2130706433", "127.1", "127.0.0.1.evil.example"}) {
    EXPECT_EQ(verdict({}, get_from(host)), Errc::kHostRefused) << host;
  }
}

TEST(EdgePolicyTest, RefusesWhatIsNoHostAtAll) {
  for (const auto* host : {"",
                           ":",
                           ":80",
                           ".",
                           "[]",
                           "[",
                           "[::1",
                           "[::1]x",
                           "[::1]:8a",
                           "::1",
                           "localhost:80a",
                           "localhost:80:80",
                           "localhost:-1",
                           "user@localhost",
                           "localhost/",
                           "localhost?",
                           "local host",
                           "localhost#",
                           "localhost\\",
                           "http://localhost",
                           "[localhost]",
                           "[127.0.0.1]"}) {
    EXPECT_EQ(verdict({}, get_from(host)), Errc::kHostRefused) << host;
  }
  EXPECT_EQ(verdict({}, {.method = "GET", .path = "/"}), Errc::kHostRefused);
}

TEST(EdgePolicyTest, TheListenAddressIsOneOfItsNames) {
  const EdgeRules one{.listen_address = "192.0.2.7"};
  EXPECT_EQ(verdict(one, get_from("192.0.2.7:8080")), kPassed);
  EXPECT_EQ(verdict(one, get_from("192.0.2.8")), Errc::kHostRefused);
  const EdgeRules six{.listen_address = "2001:db8::7"};
  EXPECT_EQ(verdict(six, get_from("[2001:DB8:0::7]:8080")), kPassed);
  EXPECT_EQ(verdict(six, get_from("[2001:db8::8]")), Errc::kHostRefused);
}

TEST(EdgePolicyTest, AWildcardAddressLetsNumbersThroughAndNoNames) {
  for (const auto* wildcard : {"0.0.0.0", "::"}) {
    const EdgeRules rules{.listen_address = wildcard};
    EXPECT_EQ(verdict(rules, get_from("192.0.2.7:8080")), kPassed);
    EXPECT_EQ(verdict(rules, get_from("[2001:db8::7]")), kPassed);
    EXPECT_EQ(verdict(rules, get_from("evil.example")), Errc::kHostRefused);
  }
}

TEST(EdgePolicyTest, AllowedHostsAreNamesWithoutPortInAnyCase) {
  const EdgeRules rules{.allowed_hosts = {"speech.example", "other.example"}};
  EXPECT_EQ(verdict(rules, get_from("Speech.Example:443")), kPassed);
  EXPECT_EQ(verdict(rules, get_from("speech.example.")), kPassed);
  EXPECT_EQ(verdict(rules, get_from("other.example")), kPassed);
  EXPECT_EQ(verdict(rules, get_from("a.speech.example")), Errc::kHostRefused);
}

TEST(EdgePolicyTest, AStarTurnsTheHostCheckOff) {
  const EdgeRules rules{.allowed_hosts = {"*"}};
  EXPECT_EQ(verdict(rules, get_from("evil.example")), kPassed);
  // A health checker that speaks HTTP/1.0 sends none.
  EXPECT_EQ(verdict(rules, {.method = "GET", .path = "/healthz"}), kPassed);
  EXPECT_EQ(verdict(rules, post("not a host", {{"Origin", "http://not a host"}})), Errc::kOriginRefused);
}

TEST(EdgePolicyTest, ANameMayStandForThoseBelowIt) {
  const EdgeRules rules{.allowed_hosts = {"*.lan", ".svc.cluster.local"}};
  for (const auto* host : {"a.lan", "a.b.LAN:80", "a.lan.", "svc.cluster.local", "tts.svc.cluster.local:8080"}) {
    EXPECT_EQ(verdict(rules, get_from(host)), kPassed) << host;
  }
  for (const auto* host : {"lan", "evillan", "a.lan.evil.example", "evilsvc.cluster.local", ".lan", "cluster.local"}) {
    EXPECT_EQ(verdict(rules, get_from(host)), Errc::kHostRefused) << host;
  }
}

TEST(EdgePolicyTest, AnAllowedAddressIsOneHoweverItIsWritten) {
  const EdgeRules rules{.allowed_hosts = {"192.0.2.7", "2001:db8::7", "[2001:db8::8]"}};
  for (const auto* host : {"192.0.2.7:80", "[2001:db8:0::7]", "[2001:DB8::8]:80"}) {
    EXPECT_EQ(verdict(rules, get_from(host)), kPassed) << host;
  }
  EXPECT_EQ(verdict(rules, get_from("192.0.2.8")), Errc::kHostRefused);
}

TEST(EdgePolicyTest, KnowsWhatCanBeAnAllowedHost) {
  for (const auto* host :
       {"*", "antiphon", "Host.Docker.Internal", "a_b", "*.lan", ".lan", "192.0.2.7", "::1", "[::1]"}) {
    EXPECT_TRUE(is_host_pattern(host)) << host;
  }
  for (const auto* host : {"", "antiphon:8080", "antiphon:", "http://antiphon", "a b", "a/b", "*lan", "a.*", ".", "*.",
                           "[::1]:80", "**"}) {
    EXPECT_FALSE(is_host_pattern(host)) << host;
  }
}

TEST(EdgePolicyTest, OpenPathsMayBeReadByAnyNameAndNothingElseMay) {
  const EdgeRules rules{.open_paths = {"/metrics"}};
  Request request{.method = "GET", .path = "/metrics", .headers = {{"Host", "antiphon:8080"}}};
  EXPECT_EQ(verdict(rules, request), kPassed);
  request.method = "HEAD";
  EXPECT_EQ(verdict(rules, request), kPassed);
  for (const auto* const method : {"POST", "OPTIONS", "DELETE"}) {
    request.method = method;
    EXPECT_EQ(verdict(rules, request), Errc::kHostRefused) << method;
  }
  EXPECT_EQ(verdict(rules, {.method = "GET", .path = "/metrics"}), kPassed) << "without a Host";
  EXPECT_EQ(verdict(rules, {.method = "GET", .path = "/metrics/", .headers = {{"Host", "antiphon"}}}),
            Errc::kHostRefused);
}

TEST(EdgePolicyTest, ARefusalSaysWhichSettingAllowsTheHost) {
  const auto refusal = edge_policy({}, get_from("Host.Docker.Internal:8080")).value();
  for (const auto* const words : {"--allowed-host host.docker.internal", "allowed_hosts = [\"host.docker.internal\"]",
                                  "ANTIPHON_SERVER_ALLOWED_HOSTS=host.docker.internal"}) {
    EXPECT_NE(refusal.message.find(words), std::string::npos) << refusal.message;
  }
  const auto odd = edge_policy({}, get_from("a\"; rm -rf.example")).value();
  EXPECT_EQ(odd.message.find("rm"), std::string::npos) << "nothing that could be more than a name is repeated";
}

using Fields = std::vector<Headers::Field>;
const Fields kVaryOnly = {Headers::Field("Vary", "Origin")};

TEST(CorsTest, IsOffUntilOriginsAreAllowed) {
  EXPECT_EQ(cors_fields({}, post("localhost", {{"Origin", "https://chat.example"}})), Fields());
}

TEST(CorsTest, LetsAllowedPagesReadAndNoOthers) {
  const EdgeRules rules{.allowed_origins = {"https://chat.example"}};
  const auto fields = cors_fields(rules, post("localhost", {{"Origin", "https://chat.example"}}));
  EXPECT_EQ(fields.at(0), Headers::Field("Vary", "Origin"));
  EXPECT_EQ(fields.at(1), Headers::Field("Access-Control-Allow-Origin", "https://chat.example"));
  EXPECT_EQ(cors_fields(rules, post("localhost", {{"Origin", "https://evil.example"}})), kVaryOnly);
  EXPECT_EQ(cors_fields(rules, post("localhost", {})), kVaryOnly) << "no page";
}

TEST(CorsTest, AnswersAPreflight) {
  const EdgeRules rules{.allowed_origins = {"*"}};
  Request request = post("localhost", {{"Origin", "https://chat.example"},
                                       {"Access-Control-Request-Method", "POST"},
                                       {"Access-Control-Request-Headers", "content-type,authorization"}});
  request.method = "OPTIONS";
  Headers headers;
  for (auto& [name, value] : cors_fields(rules, request)) headers.add(name, value);
  EXPECT_EQ(headers.get("Access-Control-Allow-Methods"), "GET, HEAD, POST");
  EXPECT_EQ(headers.get("Access-Control-Allow-Headers"), "content-type,authorization");
  EXPECT_EQ(headers.get("Access-Control-Allow-Origin"), "https://chat.example");
}

TEST(EdgePolicyTest, AWebSocketIsNotForForeignPages) {
  Request request = get_from("localhost:8080");
  request.headers.add("Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==");
  EXPECT_EQ(verdict({}, request), kPassed) << "no page, a program";
  request.headers.add("Origin", "http://localhost:8080");
  EXPECT_EQ(verdict({}, request), kPassed);
  request.headers.set("Origin", "https://evil.example");
  EXPECT_EQ(verdict({}, request), Errc::kOriginRefused);
}

struct OriginCase {
  std::string host;
  std::string origin;
  std::optional<Errc> wanted;
};

TEST(EdgePolicyTest, OnlyItsOwnPagesMayPost) {
  const std::vector<OriginCase> table = {
      {"localhost:8080", "http://localhost:8080", kPassed},
      {"LOCALHOST:8080", "http://localhost:8080", kPassed},
      {"localhost", "http://localhost", kPassed},
      {"localhost", "http://localhost:80", kPassed},
      {"localhost:80", "http://localhost", kPassed},
      {"localhost:443", "https://localhost", kPassed},
      {"localhost", "https://localhost", kPassed},
      {"[::1]:8080", "http://[::1]:8080", kPassed},
      {"localhost:8080", "http://localhost:8081", Errc::kOriginRefused},
      {"localhost:8080", "http://localhost", Errc::kOriginRefused},
      {"localhost:8080", "http://127.0.0.1:8080", Errc::kOriginRefused},
      {"[::1]:8080", "http://[::1]:80", Errc::kOriginRefused},
      {"localhost:8080", "http://evil.example", Errc::kOriginRefused},
      {"localhost:8080", "http://localhost:8080.evil.example", Errc::kOriginRefused},
      {"localhost:8080", "http://localhost:8080@evil.example", Errc::kOriginRefused},
      {"localhost:8080", "ftp://localhost:8080", Errc::kOriginRefused},
      {"localhost:8080", "localhost:8080", Errc::kOriginRefused},
      {"localhost:8080", "null", Errc::kOriginRefused},
      {"localhost:8080", "", Errc::kOriginRefused},
  };
  for (const auto& row : table) {
    EXPECT_EQ(verdict({}, post(row.host, {{"Origin", row.origin}})), row.wanted) << row.host << " " << row.origin;
  }
}

TEST(EdgePolicyTest, AllowedOriginsMayPost) {
  const EdgeRules rules{.allowed_origins = {"https://app.example"}};
  EXPECT_EQ(verdict(rules, post("localhost", {{"Origin", "https://App.example"}})), kPassed);
  EXPECT_EQ(verdict(rules, post("localhost", {{"Origin", "http://app.example"}})), Errc::kOriginRefused);
  EXPECT_EQ(verdict(rules, post("localhost", {{"Origin", "https://app.example:444"}})), Errc::kOriginRefused);
  const EdgeRules open{.allowed_origins = {"*"}};
  EXPECT_EQ(verdict(open, post("localhost", {{"Origin", "null"}})), kPassed);
  EXPECT_EQ(verdict(open, post("localhost", {{"Sec-Fetch-Site", "cross-site"}})), kPassed);
}

TEST(EdgePolicyTest, WithoutAnOriginTheBrowserStillSaysWhenAPageIsForeign) {
  EXPECT_EQ(verdict({}, post("localhost", {})), kPassed);
  EXPECT_EQ(verdict({}, post("localhost", {{"Sec-Fetch-Site", "same-origin"}})), kPassed);
  EXPECT_EQ(verdict({}, post("localhost", {{"Sec-Fetch-Site", "none"}})), kPassed);
  EXPECT_EQ(verdict({}, post("localhost", {{"Sec-Fetch-Site", "Cross-Site"}})), Errc::kOriginRefused);
}

TEST(EdgePolicyTest, TheOriginMattersOnlyForMethodsThatChangeSomething) {
  for (const auto* method : {"GET", "HEAD", "OPTIONS"}) {
    const Request request{.method = method, .headers = {{"Host", "localhost"}, {"Origin", "http://evil.example"}}};
    EXPECT_EQ(verdict({}, request), kPassed) << method;
  }
  for (const auto* method : {"POST", "PUT", "PATCH", "DELETE", "TRACE", "get"}) {
    const Request request{
        .method = method,
        .headers = {{"Host", "localhost"}, {"Origin", "http://evil.example"}, {"Content-Type", "application/json"}}};
    EXPECT_EQ(verdict({}, request), Errc::kOriginRefused) << method;
  }
}

TEST(EdgePolicyTest, BodiesAreJson) {
  for (const auto* type : {"application/json", "Application/JSON", "application/json;charset=utf-8",
                           "application/json ; charset=utf-8", "application/json\t;a"}) {
    EXPECT_EQ(verdict({}, post("localhost", {{"Content-Type", type}})), kPassed) << type;
  }
  for (const auto* type : {"text/plain", "", "application/jsonp", "application/x-www-form-urlencoded",
                           "multipart/form-data; boundary=application/json", "text/plain;application/json", ";"}) {
    EXPECT_EQ(verdict({}, post("localhost", {{"Content-Type", type}})), Errc::kUnsupportedMediaType) << type;
  }
  for (const auto* method : {"POST", "PUT", "PATCH"}) {
    EXPECT_EQ(verdict({}, {.method = method, .headers = {{"Host", "localhost"}}}), Errc::kUnsupportedMediaType);
  }
  EXPECT_EQ(verdict({}, {.method = "DELETE", .headers = {{"Host", "localhost"}}}), kPassed);
}

TEST(EdgePolicyTest, BodiesAreNotCoded) {
  const auto coded = [](const std::string& coding) {
    return verdict({}, post("localhost", {{"Content-Type", "application/json"}, {"content-encoding", coding}}));
  };
  EXPECT_EQ(coded("identity"), kPassed);
  EXPECT_EQ(coded("Identity"), kPassed);
  for (const auto* const coding : {"gzip", "GZIP", "deflate", "br", "zstd", "gzip, identity", "x"}) {
    EXPECT_EQ(coded(coding), Errc::kUnsupportedCoding) << coding;
  }
  EXPECT_EQ(verdict({}, post("localhost", {{"Content-Type", "application/json"},
                                           {"Content-Encoding", "identity"},
                                           {"Content-Encoding", "gzip"}})),
            Errc::kUnsupportedCoding);
}

TEST(EdgePolicyTest, TheHostIsJudgedFirst) {
  EXPECT_EQ(verdict({}, post("evil.example", {{"Origin", "http://evil.example"}, {"Content-Type", "text/plain"}})),
            Errc::kHostRefused);
  EXPECT_EQ(verdict({}, post("localhost", {{"Origin", "http://evil.example"}, {"Content-Type", "text/plain"}})),
            Errc::kOriginRefused);
}

}  // namespace
}  // namespace antiphon::http
