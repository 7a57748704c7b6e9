#include "remote/gateway_address.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace antiphon::remote {
namespace {

using testing::HasSubstr;

TEST(GatewayAddress, HasASchemeAHostAndAPort) {
  EXPECT_EQ(parse_gateway_address("tls://gateway.example:8443").value(),
            (GatewayAddress{.host = "gateway.example", .port = 8443}));
  EXPECT_EQ(parse_gateway_address("tls://[2001:db8::1]:1").value(), (GatewayAddress{.host = "2001:db8::1", .port = 1}));
  for (const char* const bad : {"", "gateway:1", "http://gateway:1", "tls://gateway", "tls://:1", "tls://gateway:0",
                                "tls://gateway:65536", "tls://gateway:1x", "tls://2001:db8::1:1", "tls://[]:1"}) {
    EXPECT_FALSE(parse_gateway_address(bad)) << bad;
  }
  EXPECT_FALSE(parse_gateway_address("tls://" + std::string(300, 'a') + ":1"));
}

TEST(GatewayAddress, WithoutEncryptionItIsThisMachine) {
  for (const char* const here : {"tcp://127.0.0.1:1", "tcp://127.9.9.9:1", "tcp://[::1]:1", "tcp://localhost:1"}) {
    const auto gateway = parse_gateway_address(here);
    ASSERT_TRUE(gateway) << here;
    EXPECT_FALSE(gateway->encrypted);
  }
  for (const char* const elsewhere : {"tcp://10.0.0.1:1", "tcp://gateway.example:1", "tcp://0.0.0.0:1", "tcp://[::]:1",
                                      "tcp://localhost.example:1"}) {
    const auto gateway = parse_gateway_address(elsewhere);
    ASSERT_FALSE(gateway) << elsewhere;
    EXPECT_THAT(gateway.error(), HasSubstr("this machine alone"));
  }
}

}  // namespace
}  // namespace antiphon::remote
