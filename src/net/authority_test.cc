#include "net/authority.h"

#include <gtest/gtest.h>

namespace antiphon::net {
namespace {

TEST(Authority, IsAHostAndMayHaveAPort) {
  EXPECT_EQ(parse_authority("speech.example").value(), (Authority{.host = "speech.example"}));
  EXPECT_EQ(parse_authority("127.0.0.1:8080").value(), (Authority{.host = "127.0.0.1", .port = 8080}));
  EXPECT_EQ(parse_authority("[2001:db8::1]:1").value(), (Authority{.host = "2001:db8::1", .port = 1}));
  EXPECT_EQ(parse_authority("[::1]").value(), (Authority{.host = "::1"}));
}

TEST(Authority, IsRefusedWhereItIsNone) {
  for (const auto* const text : {"", ":1", "host:", "host:0", "host:65536", "host:1x", "host:-1", "::1", "::1:80", "[]",
                                 "[]:1", "[::1", "::1]", "[::1]x", "a]", "[[::1]]"}) {
    EXPECT_FALSE(parse_authority(text)) << text;
  }
  EXPECT_TRUE(parse_authority(std::string(253, 'a')));
  EXPECT_FALSE(parse_authority(std::string(254, 'a')));
}

TEST(Authority, IsReadAsItIsWritten) {
  for (const auto* const text : {"host:80", "[::1]:65535"}) {
    const auto authority = parse_authority(text).value();
    EXPECT_EQ(to_authority(authority.host, authority.port.value()), text);
  }
}

}  // namespace
}  // namespace antiphon::net
