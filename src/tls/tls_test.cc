#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fstream>
#include <string>
#include <utility>

#include "tls/client_context.h"
#include "tls/pin.h"
#include "tls/server_context.h"
#include "tls/test_certificates.h"

namespace antiphon::tls {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;
using Stream = asio::ssl::stream<asio::local::stream_protocol::socket>;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

/// What one side said about a connection: "" where the handshake and a byte in each direction went through.
struct Outcome {
  std::string server;
  std::string client;
  std::string protocol;
};

asio::awaitable<void> speak(Stream& stream, asio::ssl::stream_base::handshake_type side, std::string& failure) {
  char byte = 'a';
  auto [error] = co_await stream.async_handshake(side, kAwait);
  if (!error) error = std::get<0>(co_await asio::async_write(stream, asio::buffer(&byte, 1), kAwait));
  if (!error) error = std::get<0>(co_await asio::async_read(stream, asio::buffer(&byte, 1), kAwait));
  if (error) failure = describe(stream.native_handle(), error);
  stream.lowest_layer().close(error);
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    authority_.write(folder_ / "ca.pem");
    authority_.issue("DNS:localhost,IP:127.0.0.1", folder_ / "server.pem", folder_ / "server.key");
  }

  [[nodiscard]] ServerFiles files() const {
    return {.certificate = folder_ / "server.pem", .key = folder_ / "server.key"};
  }

  [[nodiscard]] ServerContext server() const {
    auto made = ServerContext::load(files());
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  [[nodiscard]] static ClientContext client(const ClientOptions& options) {
    auto made = ClientContext::load(options);
    EXPECT_TRUE(made) << made.error().message;
    return std::move(*made);
  }

  [[nodiscard]] static Outcome meet(ServerContext& server, ClientContext& client, const std::string& host,
                                    const std::string& protocols = {}) {
    asio::io_context context;
    asio::local::stream_protocol::socket here(context);
    asio::local::stream_protocol::socket there(context);
    asio::local::connect_pair(here, there);
    Stream served(std::move(here), server.context());
    Stream calling(std::move(there), client.context());
    EXPECT_TRUE(client.expect(calling.native_handle(), host));
    SSL_set_alpn_protos(calling.native_handle(), reinterpret_cast<const unsigned char*>(protocols.data()),
                        static_cast<unsigned>(protocols.size()));
    Outcome outcome;
    asio::co_spawn(context, speak(served, asio::ssl::stream_base::server, outcome.server), asio::detached);
    asio::co_spawn(context, speak(calling, asio::ssl::stream_base::client, outcome.client), asio::detached);
    context.run();
    const unsigned char* chosen = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(calling.native_handle(), &chosen, &size);
    if (size > 0) outcome.protocol.assign(reinterpret_cast<const char*>(chosen), size);
    return outcome;
  }

  void put(const std::string& name, const std::string& text) const { std::ofstream(folder_ / name) << text; }

  TestFolder folder_;
  TestAuthority authority_{"Test authority"};
};

TEST_F(TlsTest, AServerIsKnownByItsAuthorityAndItsName) {
  auto served = server();
  auto calling = client({.authorities = folder_ / "ca.pem"});
  for (const std::string host : {"localhost", "127.0.0.1"}) {
    const auto outcome = meet(served, calling, host);
    EXPECT_EQ(outcome.client, "") << host;
    EXPECT_EQ(outcome.server, "") << host;
  }
  for (const std::string host : {"elsewhere.example", "127.0.0.2"}) {
    EXPECT_THAT(meet(served, calling, host).client, HasSubstr("mismatch")) << host;
  }
}

TEST_F(TlsTest, AnAuthorityThatIsNotTrustedCountsForNothing) {
  const TestAuthority other("Another authority");
  other.write(folder_ / "other.pem");
  auto served = server();
  auto calling = client({.authorities = folder_ / "other.pem"});
  const auto outcome = meet(served, calling, "localhost");
  EXPECT_THAT(outcome.client, HasSubstr("refused"));
  EXPECT_NE(outcome.server, "");
}

TEST_F(TlsTest, APinAloneIsEnoughAndTakesNoOtherKey) {
  auto served = server();
  const auto pin = served.pin();
  auto calling = client({.pin = pin});
  EXPECT_EQ(meet(served, calling, "elsewhere.example").client, "") << "the name does not count";
  authority_.issue("DNS:localhost", folder_ / "server.pem", folder_ / "server.key");
  ASSERT_TRUE(served.reload());
  EXPECT_THAT(meet(served, calling, "localhost").client, HasSubstr("not the pinned one"));
}

TEST_F(TlsTest, WithAPinAndAuthoritiesBothMustHold) {
  const TestAuthority other("Another authority");
  other.write(folder_ / "other.pem");
  auto served = server();
  auto both = client({.authorities = folder_ / "ca.pem", .pin = served.pin()});
  EXPECT_EQ(meet(served, both, "localhost").client, "");
  EXPECT_NE(meet(served, both, "elsewhere.example").client, "");
  auto wrong_authority = client({.authorities = folder_ / "other.pem", .pin = served.pin()});
  EXPECT_NE(meet(served, wrong_authority, "localhost").client, "");
  auto wrong_pin = client({.authorities = folder_ / "ca.pem", .pin = Pin{}});
  EXPECT_NE(meet(served, wrong_pin, "localhost").client, "");
}

TEST_F(TlsTest, AClientThatTrustsNothingIsNotMade) {
  const auto made = ClientContext::load({});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::kPin);
}

TEST_F(TlsTest, AServerWithClientAuthoritiesTakesOnlyTheirClients) {
  const TestAuthority clients("The clients' authority");
  clients.write(folder_ / "clients.pem");
  clients.issue("DNS:worker", folder_ / "worker.pem", folder_ / "worker.key");
  authority_.issue("DNS:worker", folder_ / "stranger.pem", folder_ / "stranger.key");
  auto wanted = files();
  wanted.client_authorities = folder_ / "clients.pem";
  auto served = ServerContext::load(wanted);
  ASSERT_TRUE(served) << served.error().message;
  const ClientOptions known{.authorities = folder_ / "ca.pem"};
  auto nameless = client(known);
  EXPECT_NE(meet(*served, nameless, "localhost").server, "");
  auto stranger = known;
  stranger.certificate = folder_ / "stranger.pem";
  stranger.key = folder_ / "stranger.key";
  auto strange = client(stranger);
  EXPECT_THAT(meet(*served, strange, "localhost").server, HasSubstr("refused"));
  auto worker = known;
  worker.certificate = folder_ / "worker.pem";
  worker.key = folder_ / "worker.key";
  auto welcome = client(worker);
  const auto outcome = meet(*served, welcome, "localhost");
  EXPECT_EQ(outcome.server, "");
  EXPECT_EQ(outcome.client, "");
}

TEST_F(TlsTest, AReloadShowsTheNewCertificateAndABadFileChangesNothing) {
  auto served = server();
  const auto before = served.pin();
  EXPECT_THAT(served.expires(), testing::MatchesRegex("20[0-9][0-9]-.*T.*Z"));
  const auto validity = served.validity();
  const auto now = std::chrono::system_clock::now();
  EXPECT_TRUE(validity.begins <= now && now < validity.ends);
  EXPECT_LE(validity.ends - validity.begins, std::chrono::hours(48))
      << "a day before and behind, as the test issues them";
  const auto fingerprint = served.fingerprint();
  EXPECT_THAT(fingerprint, testing::MatchesRegex("[0-9a-f]{64}"));
  put("server.pem", "no certificate");
  const auto bad = served.reload();
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::kCertificate);
  EXPECT_THAT(bad.error().message, HasSubstr("server.pem"));
  EXPECT_EQ(served.pin(), before);
  auto pinned = client({.pin = before});
  EXPECT_EQ(meet(served, pinned, "localhost").client, "");
  authority_.issue("DNS:localhost", folder_ / "server.pem", folder_ / "server.key");
  ASSERT_TRUE(served.reload());
  EXPECT_NE(served.pin(), before);
  EXPECT_NE(served.fingerprint(), fingerprint);
}

TEST_F(TlsTest, FilesThatDoNotServeAreNamed) {
  auto wanted = files();
  wanted.key = folder_ / "missing.key";
  auto missing = ServerContext::load(wanted);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kFile);
  EXPECT_THAT(missing.error().message, HasSubstr("missing.key"));

  authority_.issue("DNS:other", folder_ / "other.pem", folder_ / "other.key");
  wanted.key = folder_ / "other.key";
  auto another = ServerContext::load(wanted);
  ASSERT_FALSE(another);
  EXPECT_EQ(another.error().code, Errc::kKey);
  EXPECT_THAT(another.error().message, HasSubstr("other.key"));

  put("large.pem", std::string((1U << 20U) + 1, 'x'));
  wanted.certificate = folder_ / "large.pem";
  const auto large = ServerContext::load(wanted);
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Errc::kFile);

  wanted = files();
  put("empty.pem", "nothing here");
  wanted.client_authorities = folder_ / "empty.pem";
  const auto nobody = ServerContext::load(wanted);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().code, Errc::kCertificate);
}

TEST_F(TlsTest, TheServersProtocolIsChosenAndOthersAreRefused) {
  auto wanted = files();
  wanted.protocol = "http/1.1";
  auto served = ServerContext::load(wanted);
  ASSERT_TRUE(served);
  auto calling = client({.authorities = folder_ / "ca.pem"});
  EXPECT_EQ(meet(*served, calling, "localhost", "\x02h2\x08http/1.1").protocol, "http/1.1");
  EXPECT_EQ(meet(*served, calling, "localhost").client, "") << "a client that says nothing is served";
  EXPECT_NE(meet(*served, calling, "localhost", "\x02h2").client, "");
}

TEST_F(TlsTest, OldVersionsAreRefused) {
  auto served = server();
  auto calling = client({.authorities = folder_ / "ca.pem"});
  SSL_CTX* const native = calling.context().native_handle();
  SSL_CTX_set_security_level(native, 0);
  SSL_CTX_set_cipher_list(native, "ALL:@SECLEVEL=0");
  SSL_CTX_set_max_proto_version(native, TLS1_2_VERSION);
  EXPECT_EQ(meet(served, calling, "localhost").client, "");
  SSL_CTX_set_min_proto_version(native, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(native, TLS1_1_VERSION);
  EXPECT_NE(meet(served, calling, "localhost").client, "");
}

TEST_F(TlsTest, AnythingElseThanAHostsNameIsRefused) {
  auto calling = client({.authorities = folder_ / "ca.pem"});
  SSL* const connection = SSL_new(calling.context().native_handle());
  EXPECT_FALSE(calling.expect(connection, ""));
  EXPECT_TRUE(calling.expect(connection, "localhost"));
  SSL_free(connection);
}

TEST(PinTest, IsReadInHexadecimalAndInBase64) {
  const std::string hexadecimal = "sha256:0001feff0203040506070809101112131415161718192021222324252627fbff";
  const auto pin = parse_pin(hexadecimal);
  ASSERT_TRUE(pin);
  EXPECT_EQ(to_string(*pin), hexadecimal);
  EXPECT_EQ(pin->digest[2], 0xFE);
  const auto same = parse_pin("sha256:AAH+/wIDBAUGBwgJEBESExQVFhcYGSAhIiMkJSYn+/8=");
  ASSERT_TRUE(same);
  EXPECT_EQ(*same, *pin);
  EXPECT_EQ(*parse_pin("sha256:AAH+/wIDBAUGBwgJEBESExQVFhcYGSAhIiMkJSYn+/8"), *pin);
  for (const std::string bad :
       {"", "sha256:", "sha1:0001", "sha256:00", "0001feff0203040506070809101112131415161718192021222324252627fbff",
        "sha256:g001feff0203040506070809101112131415161718192021222324252627fbff",
        "sha256:AAH+/wIDBAUGBwgJEBESExQVFhcYGSAhIiMkJSYn+/8==",
        "sha256:AAH+/wIDBAUGBwgJEBESExQVFhcYGSAhIiMkJSYn+==="}) {
    EXPECT_FALSE(parse_pin(bad)) << bad;
  }
}

}  // namespace
}  // namespace antiphon::tls
