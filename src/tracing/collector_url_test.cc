#include "tracing/collector_url.h"

#include <gtest/gtest.h>

#include <string>

namespace antiphon::tracing {
namespace {

TEST(CollectorUrl, WhatIsNotGivenIsWhatOtlpHas) {
  EXPECT_EQ(parse_collector_url("http://collector").value(), (CollectorUrl{.host = "collector"}));
  EXPECT_EQ(parse_collector_url("http://collector/").value(), (CollectorUrl{.host = "collector"}));
  EXPECT_EQ(parse_collector_url("http://127.0.0.1:99/a/b?c").value(),
            (CollectorUrl{.host = "127.0.0.1", .port = 99, .path = "/a/b?c"}));
  EXPECT_EQ(parse_collector_url("http://[::1]:99").value(), (CollectorUrl{.host = "::1", .port = 99}));
}

TEST(CollectorUrl, WhatCannotBeReachedIsRefused) {
  for (const auto* text :
       {"", "collector:4318", "https://collector", "http://", "http://:4318", "http://a:0", "http://a:65536",
        "http://a:b", "http://::1", "http://user:secret@a", "http://a/b c", "http://a/b\r\nX: y", "http://a/#b"}) {
    EXPECT_FALSE(parse_collector_url(text)) << text;
  }
  EXPECT_FALSE(parse_collector_url("http://a/" + std::string(3'000, 'b')));
}

}  // namespace
}  // namespace antiphon::tracing
