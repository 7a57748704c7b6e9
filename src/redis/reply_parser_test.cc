#include "redis/reply_parser.h"

#include <gtest/gtest.h>

#include <string>

#include "redis/command.h"

namespace antiphon::redis {
namespace {

constexpr std::string_view kReplies = "*5\r\n$3\r\na\r\n\r\n:-12\r\n$-1\r\n*1\r\n+OK\r\n$0\r\n\r\n-ERR no\r\n";

TEST(ReplyParser, RepliesAreTheSameHoweverTheirBytesArrive) {
  for (std::size_t piece = 1; piece <= kReplies.size(); ++piece) {
    ReplyParser parser;
    std::vector<Reply> replies;
    for (std::size_t at = 0; at < kReplies.size(); at += piece) {
      ASSERT_TRUE(parser.feed(kReplies.substr(at, piece)));
      for (auto reply = parser.next(); reply && *reply; reply = parser.next()) replies.push_back(**reply);
    }
    ASSERT_EQ(replies.size(), 2U) << piece;
    const auto& elements = replies[0].elements;
    ASSERT_EQ(elements.size(), 5U);
    EXPECT_EQ(elements[0].text, std::string_view("a\r\n", 3));
    EXPECT_EQ(elements[1].integer, -12);
    EXPECT_EQ(elements[2].kind, Reply::Kind::kNil);
    ASSERT_EQ(elements[3].elements.size(), 1U);
    EXPECT_EQ(elements[3].elements[0].text, "OK");
    EXPECT_EQ(elements[4].kind, Reply::Kind::kString);
    EXPECT_EQ(replies[1].kind, Reply::Kind::kError);
    EXPECT_EQ(replies[1].text, "ERR no");
  }
}

TEST(ReplyParser, WhatIsBeyondTheLimitsIsAnErrorBeforeItHasArrived) {
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "*1\r\n";
  for (const std::string& bytes : {std::string("HTTP/1.1 400 Bad Request\r\n"), std::string("*2147483647\r\n"),
                                   std::string("*4\r\n*3\r\n:1\r\n:1\r\n:1\r\n*9\r\n"), deep,
                                   "$9223372036854775807\r\n" + std::string(1000, 'x'), "+" + std::string(1000, 'x')}) {
    ReplyParser parser({.bytes = 512, .nodes = 10});
    const bool fed = parser.feed(bytes).has_value();
    const auto reply = parser.next();
    EXPECT_FALSE(fed && reply.has_value()) << bytes.substr(0, 40);
    EXPECT_FALSE(parser.feed("+OK\r\n")) << "a broken parser takes nothing more";
  }
}

TEST(ReplyParser, TheLimitsHoldForEachReplyAlone) {
  ReplyParser parser({.bytes = 64, .nodes = 3});
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(parser.feed("*2\r\n:1\r\n:2\r\n"));
    const auto reply = parser.next();
    ASSERT_TRUE(reply && *reply);
  }
}

TEST(Command, ArgumentsAreAnyBytes) {
  EXPECT_EQ(encode({"SET", std::string("a\0\r\n", 4)}), std::string("*2\r\n$3\r\nSET\r\n$4\r\na\0\r\n\r\n", 23));
}

}  // namespace
}  // namespace antiphon::redis
