#include "http/request_parser.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::http {
namespace {

using State = RequestParser::State;

/// Offers `text` as it would arrive in pieces of `piece` bytes, and what was not taken again, until the request ends.
/// Returns how many bytes it took.
std::size_t arrive(RequestParser& parser, std::string_view text, std::size_t piece) {
  std::size_t taken = 0;
  for (std::size_t arrived = 0; arrived < text.size();) {
    arrived = std::min(arrived + piece, text.size());
    while (taken < arrived) {
      const auto before = parser.state();
      const auto used = parser.feed(text.substr(taken, arrived - taken));
      taken += used;
      if (parser.state() == State::kDone || parser.state() == State::kFailed) return taken;
      if (used == 0 && parser.state() == before) break;
    }
  }
  return taken;
}

std::size_t arrive(RequestParser& parser, std::string_view text) { return arrive(parser, text, text.size()); }

/// The error of `text`, which has to be the same in whatever pieces it arrives; nullopt when there is none.
std::optional<Errc> error_of(std::string_view text, const ParserLimits& limits = {}) {
  std::optional<Errc> first;
  for (const std::size_t piece : {text.size(), std::size_t{1}, std::size_t{7}}) {
    RequestParser parser(limits);
    arrive(parser, text, piece);
    std::optional<Errc> error;
    if (parser.state() == State::kFailed) {
      error = parser.error().code;
      EXPECT_FALSE(parser.error().message.empty());
      EXPECT_FALSE(parser.keep_alive());
    }
    if (piece == text.size()) first = error;
    EXPECT_EQ(error, first) << "in pieces of " << piece << ": " << text.substr(0, 80);
  }
  return first;
}

std::string with_line(std::string_view request_line) {
  return fmt::format("{}\r\nHost: localhost\r\n\r\n", request_line);
}

std::string with_fields(std::string_view fields) {
  return fmt::format("GET / HTTP/1.1\r\nHost: localhost\r\n{}\r\n", fields);
}

std::string chunked(std::string_view body) {
  return fmt::format("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{}", body);
}

TEST(RequestParserTest, ReadsAHeadWithoutABody) {
  RequestParser parser({});
  EXPECT_FALSE(parser.begun());
  const std::string text = "GET /a%20b/c?d=e%20f HTTP/1.1\r\nHost: localhost:1\r\nX-Y:  z \r\nx-y: 2\r\n\r\n";
  EXPECT_EQ(arrive(parser, text), text.size());
  ASSERT_EQ(parser.state(), State::kDone);
  const auto& request = parser.request();
  EXPECT_EQ(request.method, "GET");
  EXPECT_EQ(request.path, "/a b/c");
  EXPECT_EQ(request.query, "d=e%20f");
  const std::vector<Headers::Field> fields = {{"Host", "localhost:1"}, {"X-Y", "z"}, {"x-y", "2"}};
  EXPECT_EQ(request.headers.fields(), fields);
  EXPECT_EQ(request.body, "");
  EXPECT_TRUE(parser.keep_alive());
  EXPECT_FALSE(parser.is_http_1_0());
  EXPECT_FALSE(parser.expects_continue());
}

TEST(RequestParserTest, StopsBetweenHeadAndBodySoThatTheHeadCanBeJudged) {
  RequestParser parser({});
  const std::string head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\n";
  EXPECT_EQ(parser.feed(head + "abc"), head.size());
  EXPECT_EQ(parser.state(), State::kBody);
  EXPECT_EQ(parser.request().method, "POST");
  EXPECT_EQ(parser.feed("abcGET"), std::size_t{3});
  EXPECT_EQ(parser.state(), State::kDone);
  EXPECT_EQ(parser.request().body, "abc");
  EXPECT_EQ(parser.feed("GET"), std::size_t{0});
}

TEST(RequestParserTest, TheSameRequestComesOutHoweverItIsCut) {
  const std::string head =
      "\r\nPOST /x HTTP/1.1\r\nHost: localhost\r\nA: 1\r\nTransfer-Encoding: chunked\r\nContent-Type: a/b\r\n\r\n";
  const std::string body = "3;name=value\r\nabc\r\n0a\r\n0123456789\r\n00\r\nTrailer: 1\r\n\r\n";
  for (std::size_t piece = 1; piece <= head.size() + body.size(); ++piece) {
    SCOPED_TRACE(piece);
    RequestParser parser({});
    EXPECT_EQ(arrive(parser, head + body + "GET /next", piece), head.size() + body.size());
    ASSERT_EQ(parser.state(), State::kDone);
    EXPECT_EQ(parser.request().body, "abc0123456789");
    EXPECT_EQ(parser.request().headers.count("Trailer"), std::size_t{0});
    EXPECT_EQ(parser.request().headers.get("a"), "1");
  }
}

TEST(RequestParserTest, PipelinedRequestsAreTakenOneAtATime) {
  std::string text;
  for (int i = 0; i < 5; ++i) {
    text += fmt::format("POST /{} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}", i, i,
                        std::string(static_cast<std::size_t>(i), 'b'));
  }
  std::string_view rest = text;
  for (std::size_t i = 0; i < 5; ++i) {
    RequestParser parser({});
    rest.remove_prefix(arrive(parser, rest));
    ASSERT_EQ(parser.state(), State::kDone);
    EXPECT_EQ(parser.request().path, fmt::format("/{}", i));
    EXPECT_EQ(parser.request().body, std::string(i, 'b'));
  }
  EXPECT_TRUE(rest.empty());
}

TEST(RequestParserTest, EmptyLinesBeforeARequestDoNotBeginIt) {
  RequestParser parser({});
  EXPECT_EQ(parser.feed("\r\n\r\n\n"), std::size_t{5});
  EXPECT_FALSE(parser.begun());
  EXPECT_EQ(parser.feed("\r\nG"), std::size_t{2});
  EXPECT_TRUE(parser.begun());
  EXPECT_EQ(parser.state(), State::kHeader);
}

TEST(RequestParserTest, KeepsAliveAsVersionAndConnectionSay) {
  const auto keeps = [](std::string_view version, std::string_view connection) {
    RequestParser parser({});
    arrive(parser, fmt::format("GET / HTTP/{}\r\nHost: localhost\r\n{}\r\n", version, connection));
    EXPECT_EQ(parser.state(), State::kDone);
    EXPECT_EQ(parser.is_http_1_0(), version == "1.0");
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps("1.1", ""));
  EXPECT_TRUE(keeps("1.1", "Connection: keep-alive\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: Close\r\n"));
  EXPECT_FALSE(keeps("1.1", "Connection: te, close\r\n"));
  EXPECT_FALSE(keeps("1.0", ""));
  EXPECT_TRUE(keeps("1.0", "Connection: Keep-Alive\r\n"));
}

TEST(RequestParserTest, ExpectationsOtherThanContinueAreIgnored) {
  const auto expects = [](std::string_view version, std::string_view expectation) {
    RequestParser parser({});
    arrive(parser, fmt::format("POST / HTTP/{}\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: {}\r\n\r\n", version,
                               expectation));
    EXPECT_EQ(parser.state(), State::kBody);
    return parser.expects_continue();
  };
  EXPECT_TRUE(expects("1.1", "100-continue"));
  EXPECT_TRUE(expects("1.1", "100-Continue"));
  EXPECT_FALSE(expects("1.1", "200-ok"));
  EXPECT_FALSE(expects("1.0", "100-continue"));
}

TEST(RequestParserTest, TheTargetIsAPathAnAsteriskOrAnAddress) {
  struct Case {
    std::string target;
    std::string path;
    std::string query;
    std::string host = "localhost";
  };
  const std::vector<Case> table = {
      {"/", "/", ""},
      {"/a?", "/a", ""},
      {"/a?b?c", "/a", "b?c"},
      {"/a#b?c", "/a", ""},
      {"/a?b#c", "/a", "b"},
      {"/%2F%c3%A4", "//\xC3\xA4", ""},
      {"//b", "//b", ""},
      {"*", "*", ""},
      {"http://other:81/a?b", "/a", "b", "other:81"},
      {"https://other", "/", "", "other"},
      {"http://other?b", "/", "b", "other"},
      {"http:///a", "/a", "", ""},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.target);
    RequestParser parser({});
    arrive(parser, with_line("GET " + row.target + " HTTP/1.1"));
    ASSERT_EQ(parser.state(), State::kDone);
    EXPECT_EQ(parser.request().path, row.path);
    EXPECT_EQ(parser.request().query, row.query);
    EXPECT_EQ(parser.request().headers.get("Host"), row.host);
    EXPECT_EQ(parser.request().headers.count("Host"), std::size_t{1});
  }
}

TEST(RequestParserTest, RefusesTargetsThatAreNeither) {
  for (const auto* target :
       {"a", "localhost:80", "?a", "#a", "/%", "/%4", "/%zz", "/%4g", "/%00", "ftp://localhost/", "**"}) {
    EXPECT_EQ(error_of(with_line(fmt::format("GET {} HTTP/1.1", target))), Errc::kBadRequest) << target;
  }
}

TEST(RequestParserTest, RefusesRequestLinesThatAreNone) {
  EXPECT_EQ(error_of(with_line("GET /")), Errc::kBadRequest);
  EXPECT_EQ(error_of(with_line("GET  / HTTP/1.1")), Errc::kBadRequest);
  EXPECT_EQ(error_of(with_line(" GET / HTTP/1.1")), Errc::kBadRequest);
  EXPECT_EQ(error_of(with_line("G(T / HTTP/1.1")), Errc::kBadRequest);
  EXPECT_EQ(error_of(with_line("\x16\x03\x01 / HTTP/1.1")), Errc::kBadRequest);  // a TLS hello
  EXPECT_EQ(error_of("GET / HTTP/1.1\nHost: localhost\r\n\r\n"), Errc::kVersionNotSupported);
}

TEST(RequestParserTest, RefusesVersionsAndMethodsThatItDoesNotKnow) {
  EXPECT_EQ(error_of(with_line("GET / HTTP/2.0")), Errc::kVersionNotSupported);
  EXPECT_EQ(error_of(with_line("GET / HTTP/0.9")), Errc::kVersionNotSupported);
  EXPECT_EQ(error_of(with_line("PRI * HTTP/2.0")), Errc::kVersionNotSupported);
  EXPECT_EQ(error_of(with_line("SPEAK / HTTP/1.1")), Errc::kNotImplemented);
  EXPECT_EQ(error_of(with_line("get / HTTP/1.1")), Errc::kNotImplemented);
  for (const auto* method : {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"}) {
    EXPECT_EQ(error_of(with_line(fmt::format("{} / HTTP/1.1", method))), std::nullopt) << method;
  }
}

TEST(RequestParserTest, NeedsExactlyOneHost) {
  EXPECT_EQ(error_of("GET / HTTP/1.1\r\n\r\n"), Errc::kBadRequest);
  EXPECT_EQ(error_of("GET / HTTP/1.0\r\n\r\n"), std::nullopt);
  EXPECT_EQ(error_of(with_fields("Host: localhost\r\n")), Errc::kBadRequest);
  EXPECT_EQ(error_of("GET / HTTP/1.0\r\nHost: a\r\nhost: a\r\n\r\n"), Errc::kBadRequest);
}

TEST(RequestParserTest, RefusesFieldsThatAnotherServerCouldReadOtherwise) {
  for (const auto* fields :
       {"A : 1\r\n", ": 1\r\n", "A\r\n", "A: \x01\r\n", "A: 1\nB: 2\r\n", "A(: 1\r\n", "Content-Length: -1\r\n",
        "Content-Length: +1\r\n", "Content-Length: 1 1\r\n", "Content-Length: 0x1\r\n", "Content-Length: \r\n",
        "Content-Length: 18446744073709551616\r\n", "Content-Length: 1\r\nContent-Length: 2\r\n",
        "Content-Length: 1, 2\r\n", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"}) {
    EXPECT_EQ(error_of(with_fields(fields)), Errc::kBadRequest) << fields;
  }
  EXPECT_EQ(error_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), Errc::kBadRequest);
}

TEST(RequestParserTest, KnowsNoTransferCodingButChunked) {
  for (const auto* coding :
       {"gzip", "gzip, chunked", "chunked, gzip", "identity", "chunked, chunked", "\"chunked\"", "chunked;q=1", ""}) {
    const auto error = error_of(with_fields(fmt::format("Transfer-Encoding: {}\r\n", coding)));
    EXPECT_EQ(error, Errc::kNotImplemented) << coding;
  }
  EXPECT_EQ(error_of(with_fields("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n")), Errc::kNotImplemented);
  EXPECT_EQ(error_of(with_fields("Transfer-Encoding: Chunked\r\n") + "0\r\n\r\n"), std::nullopt);
}

TEST(RequestParserTest, TheHeaderHasALimitHoweverItArrives) {
  const ParserLimits limits{.header_bytes = 1000};
  const auto of_size = [](std::size_t bytes) {
    const auto empty = with_fields("A: \r\n");
    return with_fields("A: " + std::string(bytes - empty.size(), 'a') + "\r\n");
  };
  EXPECT_EQ(error_of(of_size(1000), limits), std::nullopt);
  EXPECT_EQ(error_of(of_size(1001), limits), Errc::kHeadersTooLarge);
  EXPECT_EQ(error_of(with_fields("A: " + std::string(2000, 'a')), limits), Errc::kHeadersTooLarge);

  std::string many;
  for (int i = 0; i < 1000; ++i) many += "A: b\r\n";
  EXPECT_EQ(error_of(with_fields(many), limits), Errc::kHeadersTooLarge);
  EXPECT_EQ(error_of(with_fields(many)), std::nullopt);
}

TEST(RequestParserTest, AHeaderThatNeverEndsIsTooLargeAlsoWhenEachPieceIsAWholeField) {
  const std::string line = "A: b\r\n";
  RequestParser parser({.header_bytes = 1000});
  std::string waiting = "GET / HTTP/1.1\r\nHost: localhost\r\n";
  for (std::size_t i = 0; i < 1000 / line.size() + 1 && parser.state() == State::kHeader; ++i) {
    waiting.erase(0, parser.feed(waiting));
    waiting += line;
  }
  ASSERT_EQ(parser.state(), State::kFailed);
  EXPECT_EQ(parser.error().code, Errc::kHeadersTooLarge);
}

TEST(RequestParserTest, WhatFollowsTheHeaderDoesNotCountForItsLimit) {
  const ParserLimits limits{.header_bytes = 100, .body_bytes = 10'000};
  const auto head = fmt::format("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n", 10'000);
  EXPECT_EQ(error_of(head + std::string(10'000, 'b'), limits), std::nullopt);
}

TEST(RequestParserTest, AFieldThatBeastCannotHoldIsTooLarge) {
  const ParserLimits limits{.header_bytes = 1'000'000};
  EXPECT_EQ(error_of(with_fields("A: " + std::string(70'000, 'a') + "\r\n"), limits), Errc::kHeadersTooLarge);
}

TEST(RequestParserTest, TheTargetHasALimit) {
  const ParserLimits limits{.target_bytes = 100};
  const auto of_size = [](std::size_t bytes) { return with_line("GET /" + std::string(bytes - 1, 'a') + " HTTP/1.1"); };
  EXPECT_EQ(error_of(of_size(100), limits), std::nullopt);
  EXPECT_EQ(error_of(of_size(101), limits), Errc::kTargetTooLong);
  EXPECT_EQ(error_of(of_size(100'000), limits), Errc::kTargetTooLong);
  EXPECT_EQ(error_of("GET /" + std::string(1000, 'a'), limits), Errc::kTargetTooLong);  // no end in sight
}

TEST(RequestParserTest, TheBodyHasALimit) {
  const ParserLimits limits{.body_bytes = 10};
  const auto of_size = [](std::size_t bytes) {
    return fmt::format("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{}", bytes,
                       std::string(bytes, 'b'));
  };
  EXPECT_EQ(error_of(of_size(10), limits), std::nullopt);
  EXPECT_EQ(error_of(of_size(11), limits), Errc::kTooLarge);
  EXPECT_EQ(error_of("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n", limits),
            Errc::kTooLarge);
  EXPECT_EQ(error_of(chunked("5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"), limits), std::nullopt);
  EXPECT_EQ(error_of(chunked("5\r\n01234\r\n6\r\n56789a\r\n0\r\n\r\n"), limits), Errc::kTooLarge);
  EXPECT_EQ(error_of(chunked("ffffffffffffffff\r\n"), limits), Errc::kTooLarge);
}

TEST(RequestParserTest, RefusesBrokenChunks) {
  for (const auto* body : {"x\r\n01234", "-5\r\n01234", "5\n01234\r\n", "5\r\n01234XX0\r\n\r\n", "\r\n0\r\n\r\n",
                           ";\r\n.....", "5 5\r\n01234\r\n", "10000000000000000\r\n.....", "0\r\n: x\r\n\r\n",
                           "0\r\nContent-Length: 5\r\n\r\n", "0\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    EXPECT_EQ(error_of(chunked(body)), Errc::kBadRequest) << body;
  }
}

TEST(RequestParserTest, ExtensionsAndTrailersHaveTheHeadersLimit) {
  const ParserLimits limits{.header_bytes = 1000};
  EXPECT_EQ(error_of(chunked("0\r\nA: " + std::string(900, 'a') + "\r\n\r\n"), limits), std::nullopt);
  EXPECT_EQ(error_of(chunked("0\r\nA: " + std::string(1100, 'a')), limits), Errc::kHeadersTooLarge);
  EXPECT_EQ(error_of(chunked("5;a=" + std::string(1100, 'a')), limits), Errc::kHeadersTooLarge);
}

TEST(RequestParserTest, EndsOfAnEmptyChunkedBodyMayComeByteByByte) {
  RequestParser parser({});
  const auto text = chunked("0\r\n\r\n");
  EXPECT_EQ(arrive(parser, text, 1), text.size());
  EXPECT_EQ(parser.state(), State::kDone);
  EXPECT_EQ(parser.request().body, "");
}

TEST(PercentDecodeTest, UndoesEscapesAndRefusesBadOnes) {
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_EQ(percent_decode("a+b"), "a+b");
  EXPECT_EQ(percent_decode("%41%7e%25%32%35"), "A~%25");
  EXPECT_EQ(percent_decode("%c3%BF"), "\xC3\xBF");
  for (const auto* bad : {"%", "%4", "a%", "a%4", "%4x", "%x4", "%%41", "%00", "% 1", "%+1"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(percent_decode(std::string_view("a\0b", 3)), std::nullopt);
}

}  // namespace
}  // namespace antiphon::http
