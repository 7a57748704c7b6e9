#include "bench/target.h"

#include <gtest/gtest.h>

namespace antiphon::bench {
namespace {

Address address_of(std::string_view text, Protocol protocol = Protocol::kOpenAi) {
  const auto address = parse_address(text, protocol);
  EXPECT_TRUE(address) << text;
  return address.value_or(Address{});
}

TEST(AddressTest, AHostAndAPortAreEnough) {
  EXPECT_EQ(address_of("127.0.0.1:8080"), (Address{.host = "127.0.0.1", .port = 8080, .path = "/v1/audio/speech"}));
  EXPECT_EQ(address_of("[::1]:9000").host, "::1");
  EXPECT_EQ(name_of(address_of("[::1]:9000")), "[::1]:9000");
  EXPECT_EQ(name_of(address_of("localhost")), "localhost:80");
}

TEST(AddressTest, APathIsTheBaseUrlOfOpenAisClients) {
  EXPECT_EQ(address_of("http://tts.example/api/v3/").path, "/api/v3/audio/speech");
  const auto secure = address_of("https://tts.example/v1");
  EXPECT_EQ(secure.security, Address::Security::kTls);
  EXPECT_EQ(secure.port, 443);
}

TEST(AddressTest, EachProtocolHasItsOwnPortAndRoute) {
  EXPECT_EQ(address_of("localhost:5000", Protocol::kPiper).path, "/synthesize");
  EXPECT_EQ(address_of("http://localhost:5000/speak", Protocol::kPiper).path, "/speak");
  EXPECT_EQ(address_of("tcp://localhost", Protocol::kWyoming).port, 10'200);
}

TEST(AddressTest, WhatIsNoAddressIsRefused) {
  for (const auto* const text : {"", ":80", "host:", "host:0", "host:65536", "host:8o", "ftp://host", "[::1", "[]:80",
                                 "host:80 ", "user@host:80", "host:80/a?b=c", "http://"}) {
    EXPECT_FALSE(parse_address(text, Protocol::kOpenAi)) << text;
  }
  EXPECT_FALSE(parse_address(std::string(1'025, 'a'), Protocol::kOpenAi));
}

TEST(ProtocolTest, IsKnownByItsName) {
  EXPECT_EQ(parse_protocol("wyoming"), Protocol::kWyoming);
  EXPECT_EQ(parse_protocol("smtp"), std::nullopt);
}

}  // namespace
}  // namespace antiphon::bench
