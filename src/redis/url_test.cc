#include "redis/url.h"

#include <gtest/gtest.h>

#include <string>

namespace antiphon::redis {
namespace {

TEST(Url, EachKindIsRead) {
  const auto plain = parse_url("redis://user:p%40s%2Fs@localhost:6380/3");
  ASSERT_TRUE(plain);
  EXPECT_EQ(
      *plain,
      (Url{.endpoints = {{.host = "localhost", .port = 6380}}, .user = "user", .password = "p@s/s", .database = 3}));
  const auto secret = parse_url("rediss://:secret@[::1]");
  ASSERT_TRUE(secret);
  EXPECT_EQ(*secret, (Url{.kind = Url::Kind::kTls, .endpoints = {{.host = "::1"}}, .password = "secret"}));
  const auto local = parse_url("unix:///run/redis.sock?db=2");
  ASSERT_TRUE(local);
  EXPECT_EQ(*local, (Url{.kind = Url::Kind::kUnix, .endpoints = {{.host = "/run/redis.sock"}}, .database = 2}));
  const auto watched = parse_url("redis+sentinel://a,b:1/main/4");
  ASSERT_TRUE(watched);
  EXPECT_EQ(*watched, (Url{.kind = Url::Kind::kSentinel,
                           .endpoints = {{.host = "a", .port = 26379}, {.host = "b", .port = 1}},
                           .master = "main",
                           .database = 4}));
}

TEST(Url, WhatIsNoAddressIsRefused) {
  for (const std::string text :
       {"", "redis://", "localhost", "http://localhost", "redis://a,b", "redis://a:0", "redis://a:65536", "redis://a/x",
        "redis://a?b=c", "redis://::1", "redis://user@a", "redis://:%4@a", "unix://run", "unix:///run?x=1",
        "redis+sentinel://a", "redis+sentinel:///main"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
  EXPECT_FALSE(parse_url("redis://" + std::string(5000, 'a')));
}

TEST(Url, MemcachedIsRefusedByName) {
  const auto refused = parse_url("memcached://localhost");
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().message.contains("memcached"));
}

TEST(Url, NoSecretIsShown) {
  EXPECT_EQ(describe(*parse_url("redis://me:secret@host/1")), "redis://host:6379/1");
  const auto refused = parse_url("redis://me:secret@host:x");
  ASSERT_FALSE(refused);
  EXPECT_FALSE(refused.error().message.contains("secret"));
}

}  // namespace
}  // namespace antiphon::redis
