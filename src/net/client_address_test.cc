#include "net/client_address.h"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace antiphon::net {
namespace {

IpNetwork network(std::string_view text) { return IpNetwork::parse(text).value(); }

TEST(ClientAddress, BelievesOnlyTrustedProxies) {
  const std::vector<IpNetwork> proxies{network("10.0.0.0/8"), network("::1")};
  EXPECT_EQ(client_address("1.2.3.4", "5.6.7.8", proxies), "1.2.3.4");
  EXPECT_EQ(client_address("10.0.0.1", "5.6.7.8", proxies), "5.6.7.8");
  EXPECT_EQ(client_address("::1", " 9.9.9.9, 5.6.7.8 ,10.0.0.2", proxies), "5.6.7.8")
      << "what a client claims stands left of what proxies have added";
  EXPECT_EQ(client_address("10.0.0.1", "", proxies), "10.0.0.1");
  EXPECT_EQ(client_address("10.0.0.1", "unknown", proxies), "10.0.0.1");
  EXPECT_EQ(client_address("10.0.0.1", "10.0.0.2, 10.0.0.3", proxies), "10.0.0.2");
  EXPECT_EQ(client_address("10.0.0.1", "5.6.7.8", {}), "10.0.0.1");
}

}  // namespace
}  // namespace antiphon::net
