#include "http/message.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "http/error.h"
#include "http/response_head.h"

namespace antiphon::http {
namespace {

constexpr std::time_t kDate = 784'111'777;  // the example of RFC 9110 5.6.7

std::string head(unsigned status, Headers headers, std::string body, Framing framing, AfterResponse after) {
  return format_head({.status = status, .headers = std::move(headers), .body = std::move(body)},
                     {.framing = framing, .after = after, .date = kDate});
}

bool has_line(const std::string& text, const std::string& line) { return text.contains("\r\n" + line + "\r\n"); }

TEST(HeadersTest, NamesCompareWithoutCaseAndTheFirstFieldCounts) {
  const Headers headers{{"A", "1"}, {"b", "2"}, {"a", "3"}};
  ASSERT_NE(headers.find("a"), nullptr);
  EXPECT_EQ(*headers.find("a"), "1");
  EXPECT_EQ(headers.get("B"), "2");
  EXPECT_EQ(headers.count("A"), std::size_t{2});
  EXPECT_EQ(headers.find("ab"), nullptr);
  EXPECT_EQ(headers.get("ab"), "");
  EXPECT_EQ(headers.count("ab"), std::size_t{0});
}

TEST(HeadersTest, SetReplacesEveryFieldOfTheName) {
  Headers headers{{"A", "1"}, {"b", "2"}, {"a", "3"}};
  headers.set("a", "4");
  const std::vector<Headers::Field> wanted = {{"b", "2"}, {"a", "4"}};
  EXPECT_EQ(headers.fields(), wanted);
}

TEST(HeadersTest, OnlyLettersOfAsciiFold) {
  EXPECT_TRUE(equal_ignoring_case("Content-Length", "CONTENT-LENGTH"));
  EXPECT_FALSE(equal_ignoring_case("a", "ab"));
  EXPECT_FALSE(equal_ignoring_case("@", "`"));
  EXPECT_FALSE(equal_ignoring_case("[", "{"));
  EXPECT_FALSE(equal_ignoring_case("\xC4", "\xE4"));
}

TEST(ResponseHeadTest, SaysStatusDateLengthAndWhatFollows) {
  EXPECT_EQ(head(200, {{"Content-Type", "text/plain"}}, "hello", Framing::kContentLength, AfterResponse::kKeepAlive),
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/plain\r\n"
            "Content-Length: 5\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(head(503, {}, "", Framing::kContentLength, AfterResponse::kClose),
            "HTTP/1.1 503 Service Unavailable\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
            "Content-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHeadTest, EachFramingHasItsField) {
  const auto chunked = head(200, {}, "", Framing::kChunked, AfterResponse::kKeepAlive);
  EXPECT_TRUE(has_line(chunked, "Transfer-Encoding: chunked"));
  EXPECT_EQ(chunked.find("Content-Length"), std::string::npos);
  const auto until_close = head(200, {}, "", Framing::kUntilClose, AfterResponse::kClose);
  EXPECT_EQ(until_close.find("Content-Length"), std::string::npos);
  EXPECT_EQ(until_close.find("Transfer-Encoding"), std::string::npos);
  EXPECT_TRUE(has_line(until_close, "Connection: close"));
}

TEST(ResponseHeadTest, AStatusThatHasNoBodyHasNoFramingEither) {
  for (const unsigned status : {204U, 304U}) {
    for (const auto framing : {Framing::kContentLength, Framing::kChunked}) {
      const auto text = head(status, {}, "", framing, AfterResponse::kKeepAlive);
      EXPECT_EQ(text.find("Content-Length"), std::string::npos) << text;
      EXPECT_EQ(text.find("Transfer-Encoding"), std::string::npos) << text;
    }
  }
}

TEST(ResponseHeadTest, TheServersOwnFieldsCannotBeOverruled) {
  const auto text = head(200,
                         {{"content-length", "99"},
                          {"TRANSFER-ENCODING", "gzip"},
                          {"Connection", "upgrade"},
                          {"date", "never"},
                          {"Keep-Alive", "timeout=5"}},
                         "abc", Framing::kContentLength, AfterResponse::kKeepAlive);
  EXPECT_EQ(text,
            "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 3\r\n"
            "Connection: keep-alive\r\n\r\n");
}

TEST(ResponseHeadTest, AFieldThatCouldForgeAnotherIsLeftOut) {
  const auto text = head(200,
                         {{"good", "a:b \t\xC3\xA4"},
                          {"empty", ""},
                          {"bad1", "a\r\nforged: 1"},
                          {"bad2", "a\nforged: 1"},
                          {"bad3", std::string("a\0b", 3)},
                          {"forged: 1\r\nbad4", "a"},
                          {"bad 5", "a"},
                          {"", "a"}},
                         "", Framing::kContentLength, AfterResponse::kKeepAlive);
  EXPECT_TRUE(has_line(text, "good: a:b \t\xC3\xA4"));
  EXPECT_TRUE(has_line(text, "empty: "));
  EXPECT_EQ(text.find("forged"), std::string::npos);
  EXPECT_EQ(text.find("bad"), std::string::npos);
  EXPECT_EQ(text.find("\r\n: "), std::string::npos);
}

TEST(ResponseHeadTest, DatesAreOfTheGregorianCalendarInEnglish) {
  const auto date_of = [](std::time_t when) {
    const auto text = format_head({}, {.date = when});
    return text.substr(text.find("Date: ") + 6, 29);
  };
  EXPECT_EQ(date_of(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date_of(951'782'400), "Tue, 29 Feb 2000 00:00:00 GMT");
  EXPECT_EQ(date_of(1'767'225'599), "Wed, 31 Dec 2025 23:59:59 GMT");
}

TEST(ResponseHeadTest, ChunkSizesAreHexadecimal) {
  EXPECT_EQ(chunk_header(1), "1\r\n");
  EXPECT_EQ(chunk_header(0x1a2b), "1a2b\r\n");
}

TEST(ResponseHeadTest, EveryErrorOfTheEdgeHasAStatusWithAName) {
  for (auto code = Errc::kBadRequest;; code = static_cast<Errc>(static_cast<int>(code) + 1)) {
    EXPECT_GE(protocol::row_of(code).openai.status, 400U);
    EXPECT_NE(reason_phrase(protocol::row_of(code).openai.status), "Unknown") << protocol::row_of(code).openai.status;
    if (code == Errc::kVersionNotSupported) break;
  }
  EXPECT_EQ(reason_phrase(299), "Unknown");
}

}  // namespace
}  // namespace antiphon::http
