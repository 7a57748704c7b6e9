#include "codec/encoder.h"

#include <gtest/gtest.h>

#include "audio/pcm.h"
#include "audio/wav.h"
#include "codec/resampler.h"

namespace antiphon::codec {
namespace {

using Bytes = std::vector<std::byte>;

std::vector<std::int16_t> ramp(std::size_t count) {
  std::vector<std::int16_t> out(count);
  for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<std::int16_t>(i * 13);
  return out;
}

Bytes encoded(Format format, base::SampleRate from, const std::vector<std::int16_t>& pcm, std::size_t cut) {
  auto encoder = make_encoder(format, from, {24'000});
  EXPECT_TRUE(encoder);
  Bytes out;
  for (std::size_t at = 0; at < pcm.size(); at += cut) {
    EXPECT_TRUE((*encoder)->encode(std::span(pcm).subspan(at, std::min(cut, pcm.size() - at)), out));
  }
  EXPECT_TRUE((*encoder)->finish(out));
  return out;
}

TEST(Encoder, PcmIsTheSamplesAtTheWantedRate) {
  const auto pcm = ramp(5'000);
  Bytes plain;
  audio::append_s16le(pcm, plain);
  EXPECT_EQ(encoded(Format::kPcm, {24'000}, pcm, 700), plain);

  auto resampler = Resampler::make({22'050}, {24'000});
  ASSERT_TRUE(resampler);
  std::vector<std::int16_t> samples;
  ASSERT_TRUE(resampler->push(pcm, samples));
  ASSERT_TRUE(resampler->finish(samples));
  Bytes at_24k;
  audio::append_s16le(samples, at_24k);
  EXPECT_EQ(encoded(Format::kPcm, {22'050}, pcm, 333), at_24k);
}

TEST(Encoder, WavIsOneHeaderAndTheSamples) {
  const auto pcm = ramp(3'000);
  const auto header = audio::wav_header({24'000}, std::nullopt);
  Bytes wanted(header.begin(), header.end());
  const auto body = encoded(Format::kPcm, {22'050}, pcm, 3'000);
  wanted.insert(wanted.end(), body.begin(), body.end());
  EXPECT_EQ(encoded(Format::kWav, {22'050}, pcm, 100), wanted);
  EXPECT_EQ(encoded(Format::kWav, {22'050}, {}, 1), Bytes(header.begin(), header.end()));
}

TEST(Encoder, RefusesRatesThatAreNotAudio) {
  for (const auto format : {Format::kPcm, Format::kMp3, Format::kOpus, Format::kFlac}) {
    EXPECT_EQ(make_encoder(format, {0}, {24'000}).error().code, Errc::kBadRate);
    EXPECT_EQ(make_encoder(format, {24'000}, {1'000'000}).error().code, Errc::kBadRate);
  }
}

TEST(Format, NamesAndBack) {
  for (const auto format : {Format::kPcm, Format::kWav, Format::kMp3, Format::kOpus, Format::kAac, Format::kFlac,
                            Format::kMulaw, Format::kAlaw}) {
    EXPECT_EQ(parse_format(name_of(format)), format);
    EXPECT_TRUE(content_type(format).starts_with("audio/"));
  }
  EXPECT_EQ(content_type(Format::kWav), "audio/wav");
  EXPECT_EQ(parse_format("WAV"), std::nullopt);
  EXPECT_EQ(parse_format(""), std::nullopt);
}

}  // namespace
}  // namespace antiphon::codec
