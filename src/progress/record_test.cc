#include "progress/record.h"

#include <gtest/gtest.h>

namespace antiphon::progress {
namespace {

Request a_request() {
  return {.name = draw_name(),
          .holder = "holder",
          .account = 1,
          .user = 2,
          .door = "openai",
          .voice = "tone",
          .voice_identity = "identity",
          .fingerprint = "fingerprint",
          .seed = 7,
          .speed = 1.25,
          .volume = 0.5,
          .text = "Zwölf Boxkämpfer.",
          .text_sha256 = base::sha256("Zwölf Boxkämpfer."),
          .text_bytes = 19,
          .format = "pcm",
          .rate = {24'000},
          .bits_per_second = 64'000,
          .as_events = true,
          .wordless = 1,
          .reading = 5,
          .words = {{.written = "nginx", .spoken = "engine ex", .letters = 1}, {}},
          .dictionaries = {"names", ""}};
}

Progress a_progress() {
  return {.state = State::kInterrupted,
          .segment_ends = {100, 100, 4'000},
          .samples_rendered = 3'000,
          .samples_written = 2'900,
          .bytes_written = 5'800,
          .length = 8'000};
}

TEST(RecordTest, ARateThatNoAudioHasIsRefused) {
  for (const std::uint32_t hz : {0U, 3'999U, 384'001U, 4'000'000'000U}) {
    auto request = a_request();
    request.rate = {hz};
    EXPECT_EQ(decode_request(encode(request)).error(), DecodeError::kMalformed) << hz;
  }
}

TEST(StreamNameTest, ReadsBackFromItsText) {
  const auto name = draw_name();
  EXPECT_EQ(parse_name(to_text(name)), name);
  EXPECT_NE(draw_name(), name);
}

TEST(StreamNameTest, AnythingElseIsRefused) {
  const auto text = to_text(draw_name());
  EXPECT_FALSE(parse_name(""));
  EXPECT_FALSE(parse_name(text.substr(1)));
  EXPECT_FALSE(parse_name(text + "0"));
  EXPECT_FALSE(parse_name("A" + text.substr(1)));
  EXPECT_FALSE(parse_name("/" + text.substr(1)));
}

TEST(RecordTest, BothPartsReadBack) {
  EXPECT_EQ(decode_request(encode(a_request())).value().door, "openai");
  const auto request = a_request();
  EXPECT_EQ(decode_request(encode(request)).value(), request);
  EXPECT_EQ(decode_progress(encode(a_progress())).value(), a_progress());
  EXPECT_EQ(decode_progress(encode(Progress{})).value(), Progress{});
}

TEST(RecordTest, EveryCutAndEveryTailIsRefused) {
  const auto request = encode(a_request());
  for (std::size_t i = 0; i < request.size(); ++i) EXPECT_FALSE(decode_request(request.substr(0, i))) << i;
  EXPECT_FALSE(decode_request(request + '\0'));
  const auto progress = encode(a_progress());
  for (std::size_t i = 0; i < progress.size(); ++i) EXPECT_FALSE(decode_progress(progress.substr(0, i))) << i;
  EXPECT_FALSE(decode_progress(progress + '\0'));
}

TEST(RecordTest, AnotherVersionIsToldApart) {
  auto bytes = encode(a_progress());
  bytes[0] = 3;
  EXPECT_EQ(decode_progress(bytes).error(), DecodeError::kVersion);
  bytes = encode(a_request());
  bytes[0] = 3;
  EXPECT_EQ(decode_request(bytes).error(), DecodeError::kVersion);
}

TEST(RecordTest, SegmentsThatGoBackAreRefused) {
  auto progress = a_progress();
  progress.segment_ends = {100, 50};
  EXPECT_FALSE(decode_progress(encode(progress)));
}

TEST(RecordTest, WhatIsTooLongIsNotWithinTheLimits) {
  auto request = a_request();
  EXPECT_TRUE(within_limits(request));
  request.text = std::string(RecordLimits::kTextBytes + 1, 'a');
  EXPECT_FALSE(within_limits(request));
  request = a_request();
  request.holder = std::string(RecordLimits::kNameBytes + 1, 'a');
  EXPECT_FALSE(within_limits(request));
}

TEST(RecordTest, SegmentsBeyondTheLimitAreLeftOut) {
  Progress progress;
  progress.segment_ends.assign(RecordLimits::kSegments + 1, 5);
  EXPECT_EQ(decode_progress(encode(progress)).value().segment_ends.size(), RecordLimits::kSegments);
}

}  // namespace
}  // namespace antiphon::progress
