#include "cli/address.h"

#include <gtest/gtest.h>

#include <string>

namespace antiphon::cli {
namespace {

/// HOST|PORT over 127.0.0.1|8080, or what was wrong.
std::string listening(std::string_view place) {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;
  try {
    listen_at("--listen", place, host, port);
  } catch (const config::Error& error) {
    return error.what();
  }
  return host + "|" + std::to_string(port);
}

TEST(ListenAt, TakesEveryWayToWriteAnAddress) {
  EXPECT_EQ(listening("0.0.0.0:9000"), "0.0.0.0|9000");
  EXPECT_EQ(listening("0.0.0.0"), "0.0.0.0|8080");
  EXPECT_EQ(listening("9000"), "127.0.0.1|9000");
  EXPECT_EQ(listening(":9000"), "127.0.0.1|9000");
  EXPECT_EQ(listening("localhost:9000"), "127.0.0.1|9000");
  EXPECT_EQ(listening("localhost"), "127.0.0.1|8080");
  EXPECT_EQ(listening("*:9000"), "0.0.0.0|9000");
  EXPECT_EQ(listening("[::]:9000"), "::|9000");
  EXPECT_EQ(listening("[::1]"), "::1|8080");
  EXPECT_EQ(listening("::1"), "::1|8080");
}

TEST(ListenAt, SaysWhatIsNone) {
  for (const auto* const place : {"", "tts.example:80", "http://127.0.0.1:80", "127.0.0.1:", "127.0.0.1:80a",
                                  "[::", "[]:80", "70000", ":70000", "127.0.0.1:-1", "[localhost]x:1"}) {
    EXPECT_TRUE(listening(place).starts_with("--listen: '")) << place << ": " << listening(place);
  }
}

TEST(ListenAt, KeepsWhatIsThereWhereSomethingIsWrong) {
  std::string host = "::1";
  std::uint16_t port = 1;
  EXPECT_THROW(listen_at("--listen", "tts.example:80", host, port), config::Error);
  EXPECT_EQ(host, "::1");
  EXPECT_EQ(port, 1);
}

TEST(EdgeRules, RefuseANameThatCanBeNone) {
  EXPECT_EQ(edge_rules({.allowed_hosts = {"antiphon", "*.lan"}}).allowed_hosts.size(), 2U);
  EXPECT_THROW((void)edge_rules({.allowed_hosts = {"antiphon:8080"}}), config::Error);
  EXPECT_THROW((void)edge_rules({.allowed_hosts = {"http://antiphon"}}), config::Error);
}

}  // namespace
}  // namespace antiphon::cli
