#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>

#include "wire/codec.h"
#include "wire/test_messages.h"

namespace antiphon::wire {
namespace {

using testing::HasSubstr;

std::vector<std::byte> frame_of(const Message& message) {
  std::vector<std::byte> frame;
  const auto done = encode(message, frame);
  EXPECT_TRUE(done) << done.error().message;
  return frame;
}

Result<std::optional<Message>> decode(std::span<const std::byte> bytes) {
  Decoder decoder;
  decoder.feed(bytes);
  return decoder.next();
}

Errc decode_error(std::span<const std::byte> bytes) {
  const auto message = decode(bytes);
  EXPECT_FALSE(message);
  return message ? Errc{} : message.error().code;
}

/// A frame made by hand: length, type, payload.
std::vector<std::byte> raw_frame(std::uint8_t type, std::vector<std::uint8_t> payload) {
  const auto length = static_cast<std::uint32_t>(payload.size() + 1);
  std::vector<std::byte> frame(4);
  std::memcpy(frame.data(), &length, 4);
  frame.push_back(std::byte{type});
  for (const auto value : payload) frame.push_back(std::byte{value});
  return frame;
}

constexpr std::uint8_t kCancelType = 6;
constexpr std::uint8_t kJoinType = 16;
constexpr std::uint8_t kRefusedType = 18;

template <class M>
M real(std::size_t nth = 0) {
  for (const auto& message : real_messages()) {
    const auto* body = std::get_if<M>(&message);
    if (body != nullptr && nth-- == 0) return *body;
  }
  return {};
}

TEST(Codec, TheFrameOfAKnownMessageIsKnown) {
  EXPECT_EQ(frame_of(Cancel{.job = 0x0102030405060708}), raw_frame(kCancelType, {8, 7, 6, 5, 4, 3, 2, 1}));
  EXPECT_EQ(frame_of(StatsRequest{}), raw_frame(7, {}));
  EXPECT_EQ(frame_of(UnloadVoice{.voice_id = "ab"}), raw_frame(3, {2, 0, 0, 0, 'a', 'b'}));
  EXPECT_EQ(frame_of(RenderDone{.job = 1, .epoch = 2, .grains_done = 3, .cancelled = true}),
            raw_frame(13, {1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 1}));
}

TEST(Codec, RandomMessagesOfEveryKindSurviveInPiecesOfAnySize) {
  std::mt19937_64 random(20'261'123);
  for (int round = 0; round < 300; ++round) {
    std::vector<Message> sent;
    std::vector<std::byte> stream;
    for (std::size_t kind = 0; kind < std::variant_size_v<Message>; ++kind) {
      sent.push_back(random_message(kind, random));
      const auto done = encode(sent.back(), stream);
      ASSERT_TRUE(done) << name_of(sent.back()) << ": " << done.error().message;
    }
    Decoder decoder;
    std::vector<Message> received;
    for (std::size_t at = 0; at < stream.size();) {
      const auto piece = std::min<std::size_t>(stream.size() - at, 1 + random() % 2'000);
      decoder.feed(std::span(stream).subspan(at, piece));
      at += piece;
      while (true) {
        auto message = decoder.next();
        ASSERT_TRUE(message) << message.error().message;
        if (!*message) break;
        received.push_back(std::move(**message));
      }
    }
    EXPECT_EQ(decoder.buffered(), 0U);
    ASSERT_EQ(received, sent);
  }
}

TEST(Codec, ATruncatedFrameWaitsAndATruncatedPayloadIsMalformed) {
  for (const auto& message : real_messages()) {
    const auto frame = frame_of(message);
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const auto waiting = decode(std::span(frame).first(size));
      ASSERT_TRUE(waiting) << name_of(message) << " " << size;
      EXPECT_FALSE(*waiting);
      if (size < 5) continue;
      // The same bytes as a frame that says it is complete.
      auto cut = std::vector(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
      const auto length = static_cast<std::uint32_t>(size - 4);
      std::memcpy(cut.data(), &length, 4);
      EXPECT_EQ(decode_error(cut), Errc::kMalformed) << name_of(message) << " " << size;
    }
    auto longer = frame;
    longer.push_back(std::byte{0});
    const auto length = static_cast<std::uint32_t>(longer.size() - 4);
    std::memcpy(longer.data(), &length, 4);
    EXPECT_EQ(decode_error(longer), Errc::kMalformed) << name_of(message);
  }
}

TEST(Codec, AnySingleChangedByteIsRefusedOrGivesAMessageThatEncodesToTheSameBytes) {
  for (const auto& message : real_messages()) {
    const auto frame = frame_of(message);
    for (std::size_t at = 4; at < frame.size(); ++at) {
      for (const int flip : {1, 0x80, 0xFF}) {
        auto changed = frame;
        changed[at] ^= static_cast<std::byte>(flip);
        const auto decoded = decode(changed);
        if (decoded && *decoded) EXPECT_EQ(frame_of(**decoded), changed) << name_of(message) << " " << at;
      }
    }
  }
}

TEST(Codec, UnknownTypesAndBadFlagsAreRefused) {
  EXPECT_EQ(decode_error(raw_frame(0, {})), Errc::kUnknownType);
  EXPECT_EQ(decode_error(raw_frame(std::variant_size_v<Message> + 1, {})), Errc::kUnknownType);
  EXPECT_EQ(decode_error(raw_frame(255, {})), Errc::kUnknownType);
  EXPECT_EQ(decode_error(raw_frame(13, {1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 2})), Errc::kMalformed);
  EXPECT_EQ(decode_error(std::vector<std::byte>(4)), Errc::kMalformed);
}

TEST(Codec, LengthsBeyondTheLimitsAreRefusedBeforeTheirBytesCome) {
  for (const std::uint32_t length : {std::uint32_t{Limits::kFrameBytes} - 3, std::uint32_t{1} << 31, UINT32_MAX}) {
    std::vector<std::byte> header(4);
    std::memcpy(header.data(), &length, 4);
    EXPECT_EQ(decode_error(header), Errc::kTooLarge) << length;
  }
  std::vector<std::byte> header(4);
  const std::uint32_t most = Limits::kFrameBytes - 4;
  std::memcpy(header.data(), &most, 4);
  EXPECT_TRUE(decode(header));
  EXPECT_EQ(decode_error(raw_frame(3, {1, 0x10, 0, 0, 'a'})), Errc::kTooLarge);   // 4,097 > kNameBytes
  EXPECT_EQ(decode_error(raw_frame(3, {0, 0x10, 0, 0, 'a'})), Errc::kMalformed);  // 4,096, but one byte is left
}

TEST(Codec, AfterAnErrorTheDecoderStaysBroken) {
  Decoder decoder;
  decoder.feed(raw_frame(200, {}));
  EXPECT_FALSE(decoder.next());
  decoder.feed(frame_of(Cancel{}));
  const auto again = decoder.next();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::kUnknownType);
}

// These bytes may not change in any version: it is by them that two versions understand that they differ.
TEST(Codec, RefusedAndTheBeginningOfJoinAreTheSameInEveryVersion) {
  EXPECT_EQ(frame_of(Refused{.code = static_cast<std::uint8_t>(Refusal::kVersion), .reason = "ab"}),
            raw_frame(kRefusedType, {0, 2, 0, 0, 0, 'a', 'b'}));
  auto join = frame_of(Join{.protocol_version = 0x01020304, .id = "attic"});
  EXPECT_EQ(join.at(4), std::byte{kJoinType});
  join.resize(9);
  EXPECT_EQ(std::vector(join.begin() + 4, join.end()),
            (std::vector{std::byte{kJoinType}, std::byte{4}, std::byte{3}, std::byte{2}, std::byte{1}}));
}

TEST(Codec, TheVersionOfAJoinIsReadThoughTheRestIsNot) {
  Decoder decoder;
  decoder.feed(raw_frame(kJoinType, {99, 0, 0, 0, 1, 2, 3}));
  EXPECT_FALSE(decoder.refused_join()) << "nothing was refused yet";
  EXPECT_FALSE(decoder.next());
  EXPECT_EQ(decoder.refused_join(), 99U);
  EXPECT_EQ(version_of_join(frame_of(real<Join>())), kProtocolVersion);
}

TEST(Codec, WhatIsNoJoinHasNoVersionOfOne) {
  for (const auto& frame : {raw_frame(kRefusedType, {99, 0, 0, 0, 1}), raw_frame(200, {99, 0, 0, 0}),
                            raw_frame(kJoinType, {99, 0, 0}), raw_frame(kJoinType, {})}) {
    Decoder decoder;
    decoder.feed(frame);
    EXPECT_FALSE(decoder.next());
    EXPECT_FALSE(decoder.refused_join());
    EXPECT_FALSE(version_of_join(frame));
  }
  Decoder strict(16);
  strict.feed(raw_frame(kJoinType, std::vector<std::uint8_t>(12, 99)));
  EXPECT_FALSE(strict.next());
  EXPECT_FALSE(strict.refused_join()) << "larger than is read of a stranger";
  EXPECT_FALSE(version_of_join({}));
}

TEST(Codec, WhatExceedsTheLimitsIsNotEncoded) {
  const auto refused = [](const Message& message) {
    std::vector<std::byte> out(3, std::byte{9});
    const auto done = encode(message, out);
    EXPECT_EQ(out, std::vector<std::byte>(3, std::byte{9}));
    return !done && done.error().code == Errc::kTooLarge;
  };
  EXPECT_TRUE(refused(Failed{.message = std::string(Limits::kNameBytes + 1, 'x')}));
  EXPECT_TRUE(refused(PlanJob{.voice_id = "a", .text = std::string(Limits::kTextBytes + 1, 'x')}));
  EXPECT_TRUE(refused(GrainDone{.pcm = std::vector<std::int16_t>(Limits::kSamples + 1)}));
  EXPECT_TRUE(refused(GrainDone{.state = std::vector<std::byte>(Limits::kStateBytes + 1)}));
  EXPECT_TRUE(refused(VoiceLoaded{.sample_rate = 1, .speakers = std::vector<std::string>(Limits::kSpeakers + 1)}));
  const GrainDone largest{.pcm = std::vector<std::int16_t>(Limits::kSamples),
                          .state = std::vector<std::byte>(Limits::kStateBytes)};
  const auto back = decode(frame_of(largest));
  ASSERT_TRUE(back && *back);
  EXPECT_TRUE(std::get<GrainDone>(**back) == largest);
}

/// The fault that validate() finds in `message` after `change`, "" if none; encode must agree.
template <class M>
std::string fault(M message, const auto& change) {
  EXPECT_TRUE(validate(Message(message)));
  change(message);
  const auto valid = validate(Message(message));
  std::vector<std::byte> out;
  EXPECT_EQ(valid.has_value(), encode(message, out).has_value());
  if (!valid) EXPECT_EQ(valid.error().code, Errc::kInvalid);
  return valid ? "" : valid.error().message;
}

TEST(Validate, PlanJobs) {
  const auto job = real<PlanJob>();
  EXPECT_THAT(fault(job, [](auto& m) { m.text.clear(); }), HasSubstr("text"));
  for (const float speed : {std::nanf(""), 0.0F, -1.0F, 0.249F, 4.001F, std::numeric_limits<float>::infinity()}) {
    EXPECT_THAT(fault(job, [&](auto& m) { m.speed = speed; }), HasSubstr("speed"));
  }
  EXPECT_EQ(fault(job, [](auto& m) { m.speed = 0.25F; }), "");
  EXPECT_EQ(fault(job, [](auto& m) { m.speed = 4.0F; }), "");
  EXPECT_EQ(fault(job, [](auto& m) { m.speaker = UINT32_MAX; }), "") << "a mix of styles may have any number";
  EXPECT_THAT(fault(job, [](auto& m) { m.voice_id = std::string("a\0b", 3); }), HasSubstr("voice_id"));
}

TEST(Validate, RenderJobs) {
  const auto first = real<RenderJob>(0);
  const auto rest = real<RenderJob>(1);
  EXPECT_THAT(fault(first, [](auto& m) { m.grains.clear(); }), HasSubstr("no grains"));
  EXPECT_THAT(fault(first, [](auto& m) { m.rows.pop_back(); }), HasSubstr("rows"));
  EXPECT_THAT(fault(first, [](auto& m) { m.row_bytes = 5; }), HasSubstr("rows"));
  EXPECT_THAT(fault(first, [](auto& m) { m.row_bytes = UINT32_MAX; }), HasSubstr("rows"));
  EXPECT_THAT(fault(first, [](auto& m) { m.state.resize(1); }), HasSubstr("state"));
  EXPECT_THAT(fault(rest, [](auto& m) { m.grains[0].kind = 4; }), HasSubstr("unknown kind"));
  EXPECT_THAT(fault(rest, [](auto& m) { m.grains[1].kind = 1; }), HasSubstr("order"));
  EXPECT_THAT(fault(rest, [](auto& m) { m.grains[0].kind = 3; }), HasSubstr("order"));
  EXPECT_THAT(fault(rest, [](auto& m) { m.grains[1].row_begin += 1; }), HasSubstr("follow"));
  EXPECT_THAT(fault(rest, [](auto& m) { m.grains[1].row_end = m.grains[1].row_begin; }), HasSubstr("without rows"));
  EXPECT_THAT(fault(rest, [](auto& m) { m.grains[0].samples = 0; }), HasSubstr("samples"));
  EXPECT_THAT(fault(rest, [](auto& m) { m.grains[0].samples = Limits::kSamples + 1; }), HasSubstr("samples"));
  EXPECT_EQ(fault(rest, [](auto& m) { m.state.clear(); }), "");
}

TEST(Validate, Plans) {
  const auto planned = real<Planned>();
  EXPECT_THAT(fault(planned, [](auto& m) { m.prior.push_back({}); }), HasSubstr("prior"));
  EXPECT_THAT(fault(planned, [](auto& m) { m.grains.pop_back(); }), HasSubstr("whole segment"));
  EXPECT_THAT(fault(planned, [](auto& m) { m.grains.erase(m.grains.begin()); }), HasSubstr("row 0"));
  EXPECT_THAT(fault(planned, [](auto& m) { std::swap(m.marks[0], m.marks[1]); }), HasSubstr("marks"));
}

TEST(Validate, OtherMessages) {
  EXPECT_THAT(fault(real<LoadVoice>(), [](auto& m) { m.folder += '\0'; }), HasSubstr("folder"));
  EXPECT_THAT(fault(real<LoadVoice>(), [](auto& m) { m.voice_id.clear(); }), HasSubstr("voice_id"));
  EXPECT_THAT(fault(real<VoiceLoaded>(), [](auto& m) { m.sample_rate = 0; }), HasSubstr("sample_rate"));
  EXPECT_THAT(fault(real<Ready>(), [](auto& m) { m.places = 0; }), HasSubstr("places"));
  EXPECT_THAT(fault(real<Ready>(), [](auto& m) { m.places = Limits::kPlaces + 1; }), HasSubstr("places"));
  EXPECT_THAT(fault(real<Ready>(), [](auto& m) { m.voices = 0; }), HasSubstr("voices"));
  EXPECT_THAT(fault(real<GrainDone>(), [](auto& m) { m.index = Limits::kGrains; }), HasSubstr("index"));
  EXPECT_THAT(fault(real<GrainDone>(), [](auto& m) { m.wall_us = Limits::kJobUs + 1; }), HasSubstr("time"));
  EXPECT_THAT(fault(real<GrainDone>(), [](auto& m) { m.share_us = m.wall_us + 1; }), HasSubstr("share"));
  EXPECT_THAT(fault(real<GrainDone>(), [](auto& m) { m.cpu_us = UINT64_MAX; }), HasSubstr("time"));
  EXPECT_THAT(fault(real<Planned>(), [](auto& m) { m.wall_us = Limits::kJobUs + 1; }), HasSubstr("time"));
  EXPECT_THAT(fault(real<RenderDone>(), [](auto& m) { m.grains_done = Limits::kGrains + 1; }), HasSubstr("grains"));
  EXPECT_THAT(fault(real<Join>(), [](auto& m) { m.id.clear(); }), HasSubstr("id"));
  EXPECT_THAT(fault(real<Join>(), [](auto& m) { m.identities.pop_back(); }), HasSubstr("identity"));
  EXPECT_THAT(fault(real<Refused>(), [](auto& m) { m.code = kRefusals; }), HasSubstr("code"));
  EXPECT_THAT(fault(real<Lost>(), [](auto& m) { m.loss = kLosses; }), HasSubstr("loss"));
}

TEST(Decoder, ALowerLimitHoldsUntilItIsRaised) {
  const auto small = frame_of(real<Ping>());
  const auto large = frame_of(real<RenderJob>());
  Decoder decoder(small.size());
  decoder.feed(small);
  ASSERT_TRUE(decoder.next());
  decoder.set_frame_limit(Limits::kFrameBytes);
  decoder.feed(large);
  ASSERT_TRUE(decoder.next());
  Decoder strict(large.size() - 1);
  strict.feed(std::span(large).first(4));
  const auto refused = strict.next();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kTooLarge);
}

const std::filesystem::path kCorpus = "src/wire/corpus";

std::filesystem::path seed_path(std::size_t index, const Message& message) {
  return kCorpus / (std::to_string(index) + "-" + std::string(name_of(message)));
}

TEST(Corpus, HoldsEveryRealMessageInTheFormOfToday) {
  const auto messages = real_messages();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto path = seed_path(i, messages[i]);
    std::ifstream file(path, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    const auto frame = frame_of(messages[i]);
    ASSERT_EQ(text.size(), frame.size()) << path;
    EXPECT_EQ(std::memcmp(text.data(), frame.data(), frame.size()), 0) << path;
  }
}

/// Writes the seeds after a change of the protocol: wire_test --gtest_also_run_disabled_tests
/// --gtest_filter=Corpus.* in the root of the repository.
TEST(Corpus, DISABLED_Write) {
  std::filesystem::create_directories(kCorpus);
  const auto messages = real_messages();
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto frame = frame_of(messages[i]);
    std::ofstream file(seed_path(i, messages[i]), std::ios::binary);
    file.write(reinterpret_cast<const char*>(frame.data()), static_cast<std::streamsize>(frame.size()));
  }
}

}  // namespace
}  // namespace antiphon::wire
