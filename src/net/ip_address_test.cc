#include "net/ip_address.h"

#include <gtest/gtest.h>

namespace antiphon::net {
namespace {

TEST(IpAddress, IsNumericOrNothing) {
  EXPECT_EQ(parse_address("::ffff:10.0.0.1"), parse_address("10.0.0.1"));
  EXPECT_EQ(parse_address("::"), IpAddress{});
  EXPECT_EQ(parse_address("1:2:3:4:5:6:7:8")->bytes[15], 8);
  EXPECT_EQ(parse_address("2001:DB8::1"), parse_address("2001:db8:0:0:0:0:0:1"));
  for (const auto* const text : {"", "localhost", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ", "01234.1.1.1", "1:2",
                                 "1:2:3:4:5:6:7:8:9", "1::2::3", ":1", "1:", "12345::", "fe80::1%eth0", "::1.2.3",
                                 "1.2.3.4::", "1:2:3:4:5:6:7::8", "-1.2.3.4", "+1::"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
}

TEST(IpAddress, KnowsTheLoopback) {
  for (const auto* const text : {"127.0.0.1", "127.255.0.3", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(is_loopback(parse_address(text).value())) << text;
  }
  for (const auto* const text : {"128.0.0.1", "::", "::2", "0.0.0.0"}) {
    EXPECT_FALSE(is_loopback(parse_address(text).value())) << text;
  }
}

TEST(AddressGroup, IsWhatOneCustomerHas) {
  EXPECT_EQ(address_group("2001:db8:1:2:3::4"), address_group("2001:db8:1:2:ffff::1"));
  EXPECT_NE(address_group("2001:db8:1:2::4"), address_group("2001:db8:1:3::4"));
  EXPECT_EQ(address_group("::ffff:1.2.3.4"), "1.2.3.4");
  EXPECT_NE(address_group("1.2.3.4"), address_group("1.2.3.5"));
  EXPECT_EQ(address_group("no address"), "no address");
}

}  // namespace
}  // namespace antiphon::net
