#include "identity/network.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace antiphon::identity {
namespace {

Network network(std::string_view text) { return Network::parse(text).value(); }

TEST(Address, IsNumericOrNothing) {
  EXPECT_EQ(parse_address("::ffff:10.0.0.1"), parse_address("10.0.0.1"));
  EXPECT_EQ(parse_address("::"), Address{});
  EXPECT_EQ(parse_address("1:2:3:4:5:6:7:8")->bytes[15], 8);
  EXPECT_EQ(parse_address("2001:DB8::1"), parse_address("2001:db8:0:0:0:0:0:1"));
  for (const auto* const text : {"", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", "01234.1.1.1", "1:2",
                                 "1:2:3:4:5:6:7:8:9", "1::2::3", ":1", "1:", "12345::", "fe80::1%eth0", "::1.2.3",
                                 "1.2.3.4::", "1:2:3:4:5:6:7::8", "-1.2.3.4", "+1::"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(Address, KnowsTheLoopback) {
  for (const auto* const text : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(parse_address(text).value())) << text;
  }
  for (const auto* const text : {"128.0.0.1", "::", "::2", "0.0.0.0"}) {
    EXPECT_FALSE(is_loopback(parse_address(text).value())) << text;
  }
}

TEST(Network, HasTheAddressesThatBeginAsItDoes) {
  EXPECT_TRUE(network("10.0.0.0/8").contains(*parse_address("10.200.1.1")));
  EXPECT_FALSE(network("10.0.0.0/8").contains(*parse_address("11.0.0.1")));
  EXPECT_TRUE(network("10.1.2.0/23").contains(*parse_address("10.1.3.255")));
  EXPECT_FALSE(network("10.1.2.0/23").contains(*parse_address("10.1.4.0")));
  EXPECT_TRUE(network("0.0.0.0/0").contains(*parse_address("1.2.3.4")));
  EXPECT_FALSE(network("0.0.0.0/0").contains(*parse_address("2001:db8::1"))) << "all of IPv4 only";
  EXPECT_TRUE(network("fd00::/8").contains(*parse_address("fdff::1")));
  EXPECT_FALSE(network("::1").contains(*parse_address("::2")));
  for (const auto* const text : {"", "/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "::/129", "host/8"}) {
    EXPECT_FALSE(Network::parse(text)) << text;
  }
}

TEST(ClientAddress, BelievesOnlyTrustedProxies) {
  const std::vector<Network> proxies{network("10.0.0.0/8"), network("::1")};
  EXPECT_EQ(client_address("1.2.3.4", "5.6.7.8", proxies), "1.2.3.4");
  EXPECT_EQ(client_address("10.0.0.1", "5.6.7.8", proxies), "5.6.7.8");
  EXPECT_EQ(client_address("::1", " 9.9.9.9, 5.6.7.8 ,10.0.0.2", proxies), "5.6.7.8")
      << "what a client claims stands left of what proxies have added";
  EXPECT_EQ(client_address("10.0.0.1", "", proxies), "10.0.0.1");
  EXPECT_EQ(client_address("10.0.0.1", "unknown", proxies), "10.0.0.1");
  EXPECT_EQ(client_address("10.0.0.1", "10.0.0.2, 10.0.0.3", proxies), "10.0.0.2");
  EXPECT_EQ(client_address("10.0.0.1", "5.6.7.8", {}), "10.0.0.1");
}

TEST(AddressGroup, IsWhatOneCustomerHas) {
  EXPECT_EQ(address_group("2001:db8:1:2:3::4"), address_group("2001:db8:1:2:ffff::1"));
  EXPECT_NE(address_group("2001:db8:1:2::4"), address_group("2001:db8:1:3::4"));
  EXPECT_EQ(address_group("::ffff:1.2.3.4"), "1.2.3.4");
  EXPECT_NE(address_group("1.2.3.4"), address_group("1.2.3.5"));
  EXPECT_EQ(address_group("no address"), "no address");
}

}  // namespace
}  // namespace antiphon::identity
