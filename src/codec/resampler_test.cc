#include "codec/resampler.h"

#include <gtest/gtest.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <random>
#include <string>

#include "audio/compare.h"

namespace antiphon::codec {
namespace {

using Samples = std::vector<std::int16_t>;

Samples tone(double hz, base::SampleRate rate, std::size_t count, double level = 12'000) {
  Samples out(count);
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = static_cast<std::int16_t>(
        std::lrint(level * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate.hz)));
  }
  return out;
}

Samples resampled(const Samples& in, base::SampleRate from, base::SampleRate to,
                  const std::function<std::size_t()>& cut) {
  auto resampler = Resampler::make(from, to);
  EXPECT_TRUE(resampler);
  Samples out;
  for (std::size_t at = 0; at < in.size();) {
    const auto size = std::min(cut(), in.size() - at);
    EXPECT_TRUE(resampler->push(std::span(in).subspan(at, size), out));
    at += size;
  }
  EXPECT_TRUE(resampler->finish(out));
  return out;
}

Samples at_once(const Samples& in, base::SampleRate from, base::SampleRate to) {
  return resampled(in, from, to, [&] { return in.size(); });
}

std::string sha256(const Samples& samples) {
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(samples.data()), samples.size() * sizeof(samples[0]),
         reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

TEST(Resampler, OutputDoesNotDependOnHowInputIsCut) {
  std::mt19937 random(3);
  Samples noise(50'000);
  for (auto& sample : noise) sample = static_cast<std::int16_t>(static_cast<int>(random() % 65'536) - 32'768);
  const auto whole = sha256(at_once(noise, {22'050}, {24'000}));
  EXPECT_EQ(whole, sha256(at_once(noise, {22'050}, {24'000}))) << "a second run";
  EXPECT_EQ(whole, sha256(resampled(noise, {22'050}, {24'000}, [] { return 1U; })));
  EXPECT_EQ(whole, sha256(resampled(noise, {22'050}, {24'000}, [] { return 4'608U; })));
  EXPECT_EQ(whole, sha256(resampled(noise, {22'050}, {24'000}, [&] { return 1 + random() % 3'000; })));
}

TEST(Resampler, LengthIsExact) {
  for (const base::SampleRate from : {base::SampleRate{16'000}, base::SampleRate{22'050}, base::SampleRate{48'000}}) {
    for (const std::size_t count : {0U, 1U, 2U, 17U, 255U, 256U, 257U, 2'582U, 22'050U, 100'003U}) {
      const auto out = at_once(tone(300, from, count), from, {24'000});
      EXPECT_EQ(out.size(), (count * 24'000 + from.hz / 2) / from.hz) << count << " samples at " << from.hz;
    }
  }
}

TEST(Resampler, KeepsAToneInPlace) {
  for (const double hz : {100.0, 1'000.0, 5'000.0, 8'000.0}) {
    const auto got = at_once(tone(hz, {22'050}, 44'100), {22'050}, {24'000});
    const auto wanted = tone(hz, {24'000}, got.size());
    // Away from the ends, where the tone is switched on and off.
    const auto inner = [](const Samples& all) { return std::span(all).subspan(2'000, all.size() - 4'000); };
    EXPECT_GT(audio::snr_db(inner(wanted), inner(got)), 80) << hz << " Hz";
  }
}

TEST(Resampler, RemovesWhatTheLowerRateCannotHold) {
  const auto got = at_once(tone(11'000, {24'000}, 24'000), {24'000}, {16'000});
  int loudest = 0;
  for (std::size_t i = 1'000; i + 1'000 < got.size(); ++i) loudest = std::max(loudest, std::abs(int{got[i]}));
  EXPECT_LT(loudest, 5);
}

TEST(Resampler, ClipsInsteadOfWrapping) {
  Samples square(4'410);
  for (std::size_t i = 0; i < square.size(); ++i) square[i] = i / 50 % 2 == 0 ? 32'767 : -32'768;
  const auto got = at_once(square, {22'050}, {24'000});
  EXPECT_EQ(*std::ranges::max_element(got), 32'767);
  int sign_errors = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const auto phase = static_cast<double>(i) * 22'050 / 24'000;
    const auto inside = std::fmod(phase, 50.0);
    if (inside > 5 && inside < 45 && (got[i] > 0) != (static_cast<int>(phase) / 50 % 2 == 0)) ++sign_errors;
  }
  EXPECT_EQ(sign_errors, 0);
}

TEST(Resampler, PassesEqualRatesThrough) {
  const auto in = tone(440, {24'000}, 1'000);
  EXPECT_EQ(at_once(in, {24'000}, {24'000}), in);
}

TEST(Resampler, HoldsLittleBack) {
  auto resampler = Resampler::make({22'050}, {24'000});
  ASSERT_TRUE(resampler);
  Samples out;
  ASSERT_TRUE(resampler->push(tone(440, {22'050}, 4'842), out));  // The first chunk of a Piper voice.
  EXPECT_GT(out.size(), 4'842U * 240 / 220 * 3 / 4);
}

TEST(Resampler, RefusesRatesThatAreNotAudio) {
  for (const std::uint32_t hz : {0U, 100U, 1'000'000U}) {
    const auto resampler = Resampler::make({hz}, {24'000});
    ASSERT_FALSE(resampler);
    EXPECT_EQ(resampler.error().code, Errc::kBadRate);
  }
}

}  // namespace
}  // namespace antiphon::codec
