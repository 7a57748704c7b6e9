#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "audio/compare.h"
#include "audio/pcm.h"
#include "audio/wav.h"

namespace antiphon::audio {
namespace {

using namespace std::chrono_literals;

std::uint32_t number_at(std::span<const std::byte> bytes, std::size_t at, int size) {
  std::uint32_t value = 0;
  for (int i = 0; i < size; ++i)
    value |= std::to_integer<std::uint32_t>(bytes[at + static_cast<std::size_t>(i)]) << (8 * i);
  return value;
}

std::string tag_at(std::span<const std::byte> bytes, std::size_t at) {
  std::string out;
  for (std::size_t i = at; i < at + 4; ++i) out += std::to_integer<char>(bytes[i]);
  return out;
}

TEST(Pcm, CountsWholeSamplesOfADuration) {
  EXPECT_EQ(samples_in(100ms, {22'050}).value, 2205U);
  EXPECT_EQ(samples_in(1ms, {22'050}).value, 22U);
  EXPECT_EQ(samples_in(-5ms, {22'050}).value, 0U);
  EXPECT_EQ(samples_in(1h, {48'000}).value, 172'800'000U);
}

TEST(Pcm, IsLittleEndian) {
  std::vector<std::byte> out{std::byte{9}};
  append_s16le(std::vector<std::int16_t>{0x1234, -2}, out);
  EXPECT_EQ(out,
            (std::vector<std::byte>{std::byte{9}, std::byte{0x34}, std::byte{0x12}, std::byte{0xFE}, std::byte{0xFF}}));
}

TEST(Wav, HeaderOfAKnownLength) {
  const auto header = wav_header({24'000}, base::SampleCount{1'000});
  EXPECT_EQ(tag_at(header, 0), "RIFF");
  EXPECT_EQ(number_at(header, 4, 4), 36U + 2'000U);
  EXPECT_EQ(tag_at(header, 8), "WAVE");
  EXPECT_EQ(tag_at(header, 12), "fmt ");
  EXPECT_EQ(number_at(header, 16, 4), 16U);
  EXPECT_EQ(number_at(header, 20, 2), 1U) << "PCM";
  EXPECT_EQ(number_at(header, 22, 2), 1U) << "channels";
  EXPECT_EQ(number_at(header, 24, 4), 24'000U);
  EXPECT_EQ(number_at(header, 28, 4), 48'000U) << "bytes per second";
  EXPECT_EQ(number_at(header, 32, 2), 2U) << "bytes per sample";
  EXPECT_EQ(number_at(header, 34, 2), 16U) << "bits per sample";
  EXPECT_EQ(tag_at(header, 36), "data");
  EXPECT_EQ(number_at(header, 40, 4), 2'000U);
}

TEST(Wav, HeaderOfAStreamAndOfWhatDoesNotFit) {
  for (const auto samples :
       {std::optional<base::SampleCount>{}, std::optional{base::SampleCount{std::uint64_t{1} << 31}}}) {
    const auto header = wav_header({24'000}, samples);
    EXPECT_EQ(number_at(header, 4, 4), 0xFFFFFFFFU);
    EXPECT_EQ(number_at(header, 40, 4), 0xFFFFFFFFU);
  }
}

TEST(Compare, SaysHowAlike) {
  const std::vector<std::int16_t> a = {1000, -1000, 1000, -1000};
  const std::vector<std::int16_t> b = {1001, -1000, 1000, -1003};
  EXPECT_EQ(max_difference(a, a), 0);
  EXPECT_EQ(max_difference(a, b), 3);
  EXPECT_TRUE(std::isinf(snr_db(a, a)));
  EXPECT_NEAR(snr_db(a, b), 10 * std::log10(4e6 / 10), 1e-9);
}

}  // namespace
}  // namespace antiphon::audio
