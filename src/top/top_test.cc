#include <gtest/gtest.h>

#include "top/event_parser.h"
#include "top/screen.h"
#include "top/view.h"
#include "top/watch.h"

namespace antiphon::top {
namespace {

std::vector<Event> parse(std::string_view bytes) {
  EventParser parser(1000);
  std::vector<Event> events;
  EXPECT_TRUE(parser.feed(bytes, events));
  return events;
}

TEST(EventParser, AnEventEndsWithAnEmptyLineWhateverEndsItsLines) {
  for (const std::string_view stream : {"retry: 1000\n\nevent: snapshot\ndata: {}\n\n: comment\ndata:a\ndata: b\n\n",
                                        "event: snapshot\r\ndata: {}\r\n\r\ndata:a\r\ndata: b\r\n\r\n",
                                        "event: snapshot\rdata: {}\r\rdata:a\rdata: b\r\r"}) {
    const auto events = parse(stream);
    ASSERT_EQ(events.size(), 2U) << stream;
    EXPECT_EQ(events[0].name, "snapshot");
    EXPECT_EQ(events[0].data, "{}");
    EXPECT_EQ(events[1].name, "message");
    EXPECT_EQ(events[1].data, "a\nb");
  }
  EXPECT_TRUE(parse("data: without its end\n").empty());
}

TEST(EventParser, ALineOrAnEventThatIsTooLongIsRefused) {
  std::vector<Event> events;
  EventParser line(10);
  EXPECT_TRUE(line.feed("data: 1234", events));
  EXPECT_FALSE(line.feed("5", events));
  EventParser event(10);
  EXPECT_TRUE(event.feed("data: 123\ndata: 456\n", events));
  EXPECT_FALSE(event.feed("data: 789\n", events));
}

constexpr std::string_view kStreams = R"({
  "time_s": 62.5, "streams_total": 2, "load": {"promised": 0.5, "limit": 1, "streams": 1, "waiting": 1, "degradation": 3},
  "streams": [{"id": "7", "user": "0000beef", "voice": "tone", "state": "started", "buffer_s": 5.0, "rendered_s": 6.0,
               "delivered_s": 5.5, "worker": 3, "age_s": 1.0},
              {"id": "8", "voice": "\u001b[2Jwipe", "state": "waiting", "worker": null}],
  "refusals": [{"time_s": 60.5, "reason": "capacity", "retry_after_s": 4}]})";
constexpr std::string_view kWorkers = R"({
  "workers": [{"id": 3, "node": "", "state": "busy", "rtf": 0.031, "memory_bytes": 136314880, "voices": ["tone", "bell"],
               "job": "7", "jobs_done": 812},
              {"id": 4, "node": "attic", "state": "suspect", "rtf": null, "memory_bytes": null}]})";

View some_view() {
  View view;
  EXPECT_TRUE(take_streams(view, kStreams));
  EXPECT_TRUE(take_workers(view, kWorkers));
  return view;
}

TEST(Screen, ShowsLoadWorkersStreamsAndRefusals) {
  const auto text =
      to_text(layout(some_view(), {.server = "http://x", .notice = {}}, {.columns = 120, .rows = 40}), Colours::kNone);
  EXPECT_NE(text.find("antiphon http://x  up 0:01:02  2 streams, 1 waiting"), std::string::npos) << text;
  EXPECT_NE(text.find("[###############...............]  50 %   degradation: refusing"), std::string::npos) << text;
  EXPECT_NE(text.find("[##########..........]    5.0 s      3"), std::string::npos) << text;
  EXPECT_NE(text.find("0.031   130 MiB       812        7 tone bell"), std::string::npos) << text;
  EXPECT_NE(text.find("attic      suspect"), std::string::npos) << text;
  EXPECT_NE(text.find("2.0 s ago  capacity       come back in 4.0 s"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos) << "nothing that a server says reaches the terminal as it is";
}

TEST(Screen, ShowsTheCellsWhereThereAreSeveral) {
  constexpr std::string_view kTwo = R"({"workers": [], "cells": [
    {"name": "attic", "own": true, "state": "serving", "workers": 2, "streams": 3, "waiting": 0, "spare": 0.5},
    {"name": "\u001b[2J", "own": false, "state": "silent", "workers": 1, "streams": 9, "waiting": 1, "spare": 7}]})";
  auto view = some_view();
  EXPECT_TRUE(take_workers(view, kTwo));
  const auto text = [&view] {
    return to_text(layout(view, {.server = "x", .notice = {}}, {.columns = 120, .rows = 40}), Colours::kNone);
  };
  EXPECT_NE(text().find("* attic                    serving   [##########..........]  50 %        3        0        2"),
            std::string::npos)
      << text();
  EXPECT_NE(text().find("  ?[2J                     silent    [####################] 100 %        9"),
            std::string::npos)
      << text();
  view.cells.resize(1);
  EXPECT_EQ(text().find("cells"), std::string::npos) << text();
}

TEST(Screen, SaysHowManyDoNotFit) {
  auto view = some_view();
  view.streams.assign(200, view.streams.front());
  view.streams_total = 321;
  const auto lines = layout(view, {.server = "x", .notice = "lost"}, {.columns = 60, .rows = 24});
  EXPECT_LE(lines.size(), 24U);
  std::size_t shown = 0;
  for (const auto& line : lines) {
    EXPECT_LE(line.text.size(), 60U);
    if (line.text.contains("0000beef")) ++shown;
  }
  EXPECT_GT(shown, 3U);
  const auto text = to_text(lines, Colours::kNone);
  EXPECT_NE(text.find("and " + std::to_string(321 - shown) + " more"), std::string::npos) << text;
  EXPECT_NE(text.find("lost"), std::string::npos);
}

TEST(View, WhatIsNoSnapshotIsRefusedAndWhatItLacksIsEmpty) {
  View view;
  for (const std::string_view wrong : {"", "[]", "{", "3", "\"text\""}) {
    EXPECT_FALSE(take_streams(view, wrong)) << wrong;
    EXPECT_FALSE(take_workers(view, wrong)) << wrong;
  }
  EXPECT_TRUE(take_streams(view, R"({"streams": [7, {"id": 1, "buffer_s": "much", "worker": -1}], "load": []})"));
  ASSERT_EQ(view.streams.size(), 2U);
  EXPECT_EQ(view.streams[1].id, "");
  EXPECT_EQ(view.streams[1].worker, std::nullopt);
}

TEST(Url, SaysWhereAServerListens) {
  const auto plain = parse_url("http://127.0.0.1:8080/");
  ASSERT_TRUE(plain) << plain.error();
  EXPECT_EQ(plain->host, "127.0.0.1");
  EXPECT_EQ(plain->port, 8080);
  EXPECT_EQ(plain->authority, "127.0.0.1:8080");
  EXPECT_FALSE(plain->is_encrypted);
  const auto tls = parse_url("https://speech.example");
  ASSERT_TRUE(tls) << tls.error();
  EXPECT_EQ(tls->port, 443);
  EXPECT_TRUE(tls->is_encrypted);
  const auto six = parse_url("http://[::1]:81");
  ASSERT_TRUE(six) << six.error();
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(six->port, 81);
  EXPECT_EQ(parse_url("localhost:9").value().port, 9);
  for (const std::string_view wrong : {"", "ftp://x", "http://", "http://x:0", "http://x:70000", "http://x:y",
                                       "http://x/path", "http://a@b", "http://[::1", "http://x y", "http://::1"}) {
    EXPECT_FALSE(parse_url(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace antiphon::top
