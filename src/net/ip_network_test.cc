#include "net/ip_network.h"

#include <gtest/gtest.h>

#include <string_view>

namespace antiphon::net {
namespace {

IpNetwork network(std::string_view text) { return IpNetwork::parse(text).value(); }

TEST(IpNetwork, HasTheAddressesThatBeginAsItDoes) {
  EXPECT_TRUE(network("10.0.0.0/8").contains(*parse_address("10.200.1.1")));
  EXPECT_FALSE(network("10.0.0.0/8").contains(*parse_address("11.0.0.1")));
  EXPECT_TRUE(network("10.1.2.0/23").contains(*parse_address("10.1.3.255")));
  EXPECT_FALSE(network("10.1.2.0/23").contains(*parse_address("10.1.4.0")));
  EXPECT_TRUE(network("0.0.0.0/0").contains(*parse_address("1.2.3.4")));
  EXPECT_FALSE(network("0.0.0.0/0").contains(*parse_address("2001:db8::1"))) << "all of IPv4 only";
  EXPECT_TRUE(network("fd00::/8").contains(*parse_address("fdff::1")));
  EXPECT_FALSE(network("::1").contains(*parse_address("::2")));
  for (const auto* const text : {"", "/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "host/8"}) {
    EXPECT_FALSE(IpNetwork::parse(text)) << text;
  }
}

}  // namespace
}  // namespace antiphon::net
