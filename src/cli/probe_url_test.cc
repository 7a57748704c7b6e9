#include "cli/probe_url.h"

#include <gtest/gtest.h>

namespace antiphon::cli {
namespace {

TEST(ProbeUrl, HasASchemeAHostAPortAndAPath) {
  EXPECT_EQ(parse_probe_url("http://127.0.0.1:8080/readyz"),
            (ProbeUrl{.encrypted = false, .host = "127.0.0.1", .port = 8080, .path = "/readyz"}));
  EXPECT_EQ(parse_probe_url("https://[::1]:8443"),
            (ProbeUrl{.encrypted = true, .host = "::1", .port = 8443, .path = ""}));
  EXPECT_EQ(parse_probe_url("http://antiphon/healthz")->port, 80);
  EXPECT_EQ(parse_probe_url("https://antiphon")->port, 443);
}

TEST(ProbeUrl, IsReadAsItIsWritten) {
  for (const auto* const text : {"http://127.0.0.1:8080/readyz", "https://[::1]:8443/", "http://antiphon:80"}) {
    EXPECT_EQ(to_string(parse_probe_url(text).value()), text);
  }
}

TEST(ProbeUrl, IsRefusedWhereItIsNone) {
  for (const auto* const text : {"", "127.0.0.1:8080", "ftp://host", "http://", "http://:80", "http://host:0",
                                 "http://host:65536", "http://host:x", "http://user@host", "http://[::1",
                                 "http://host/a b", "http://host/\r\nX: y", "http://host/#part"}) {
    EXPECT_FALSE(parse_probe_url(text)) << text;
  }
}

TEST(ProbeUrl, OfAServerAtEveryAddressIsTheLoopback) {
  EXPECT_EQ(reachable_at("0.0.0.0"), "127.0.0.1");
  EXPECT_EQ(reachable_at("::"), "::1");
  EXPECT_EQ(reachable_at("192.0.2.7"), "192.0.2.7");
}

}  // namespace
}  // namespace antiphon::cli
