#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <random>
#include <string>
#include <thread>

#include "audio/compare.h"
#include "codec/encoder.h"
#include "codec/resampler.h"
#include "codec/test_decoder.h"

namespace antiphon::codec {
namespace {

using Bytes = std::vector<std::byte>;
using Samples = std::vector<std::int16_t>;

constexpr std::array kAll{Format::kMp3, Format::kOpus, Format::kAac, Format::kFlac, Format::kMulaw, Format::kAlaw};
constexpr std::array<std::uint32_t, 9> kRates{8'000, 11'025, 12'000, 16'000, 22'050, 24'000, 32'000, 44'100, 48'000};

/// Something like a voice: harmonics of a gliding pitch, in syllables, with a little noise; loud from the first sample
/// to the last.
Samples voice(base::SampleRate rate, double seconds) {
  std::mt19937 random(7);
  Samples out(static_cast<std::size_t>(seconds * rate.hz));
  double phase = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double t = static_cast<double>(i) / rate.hz;
    phase += 2 * std::numbers::pi * (140 + 30 * std::sin(4 * t)) / rate.hz;
    double sample = 0;
    for (int harmonic = 1; harmonic <= 12; ++harmonic) sample += std::cos(harmonic * phase) / harmonic;
    const double syllable = 0.6 + 0.4 * std::cos(2 * std::numbers::pi * 4 * t);
    const double noise = static_cast<double>(random() % 2'001) - 1'000;
    out[i] = static_cast<std::int16_t>(std::lrint(5'000 * syllable * sample + 0.05 * noise));
  }
  return out;
}

std::unique_ptr<Encoder> make(Format format, base::SampleRate from, base::SampleRate to, BitRate bit_rate = {}) {
  auto encoder = make_encoder(format, from, to, bit_rate);
  if (!encoder) {
    ADD_FAILURE() << name_of(format) << ": " << encoder.error().message;
    std::abort();
  }
  return std::move(*encoder);
}

Bytes encoded(Encoder& encoder, const Samples& pcm, std::size_t cut) {
  Bytes out;
  for (std::size_t at = 0; at < pcm.size(); at += cut) {
    EXPECT_TRUE(encoder.encode(std::span(pcm).subspan(at, std::min(cut, pcm.size() - at)), out));
  }
  EXPECT_TRUE(encoder.finish(out));
  return out;
}

Bytes encoded(Format format, const Samples& pcm, std::size_t cut, BitRate bit_rate = {}) {
  return encoded(*make(format, {22'050}, {24'000}, bit_rate), pcm, cut);
}

Samples resampled(const Samples& pcm, base::SampleRate from, base::SampleRate to) {
  auto resampler = Resampler::make(from, to);
  EXPECT_TRUE(resampler);
  Samples out;
  EXPECT_TRUE(resampler->push(pcm, out));
  EXPECT_TRUE(resampler->finish(out));
  return out;
}

/// What a listener of the body hears, without the declared priming.
Decoded heard(Format format, const Encoder& encoder, const Bytes& body) {
  const bool headless = format == Format::kMulaw || format == Format::kAlaw;
  const char* const law = format == Format::kMulaw ? "mulaw" : "alaw";
  auto decoded = headless ? decode(body, law, encoder.rate()) : decode(body);
  const auto priming = std::min<std::size_t>(encoder.priming().value, decoded.samples.size());
  decoded.samples.erase(decoded.samples.begin(), decoded.samples.begin() + static_cast<std::ptrdiff_t>(priming));
  return decoded;
}

/// Longest silence that may follow the last sample: what fills a frame, and the decoder's delay.
std::size_t most_padding(Format format) {
  if (format == Format::kMp3) return 2 * 1'152;
  return format == Format::kAac ? 1'024 : 0;
}

double least_snr_db(Format format) {
  if (format == Format::kFlac) return 1'000;
  return format == Format::kMulaw || format == Format::kAlaw ? 30 : 15;
}

TEST(CompressedEncoder, WhatIsHeardIsThePcmAtEveryRate) {
  const auto pcm = voice({22'050}, 1.3);
  for (const auto format : kAll) {
    for (const auto hz : kRates) {
      SCOPED_TRACE(std::string(name_of(format)) + " at " + std::to_string(hz) + " Hz");
      const auto encoder = make(format, {22'050}, {hz});
      EXPECT_GE(encoder->rate().hz, hz);
      const auto got = heard(format, *encoder, encoded(*encoder, pcm, 4'410));
      const auto wanted = resampled(pcm, {22'050}, got.rate);
      ASSERT_GE(got.samples.size(), wanted.size());
      EXPECT_LE(got.samples.size(), wanted.size() + most_padding(format));
      EXPECT_GT(audio::snr_db(wanted, got.samples), least_snr_db(format));
    }
  }
}

TEST(CompressedEncoder, NeitherHeadNorTailIsLost) {
  for (const auto format : kAll) {
    for (const std::size_t odd : {0U, 1U, 311U, 575U, 777U}) {
      SCOPED_TRACE(std::string(name_of(format)) + " and " + std::to_string(odd));
      const auto pcm = voice({24'000}, 0.4);
      const Samples cut(pcm.begin(), pcm.end() - static_cast<std::ptrdiff_t>(odd));
      const auto encoder = make(format, {24'000}, {24'000});
      const auto got = heard(format, *encoder, encoded(*encoder, cut, 1'000));
      const auto wanted = resampled(cut, {24'000}, got.rate);
      ASSERT_GE(got.samples.size(), wanted.size());
      const auto ten_ms = got.rate.hz / 100;
      EXPECT_GT(audio::snr_db(std::span(wanted).first(ten_ms), got.samples), 8);
      EXPECT_GT(audio::snr_db(std::span(wanted).last(ten_ms), std::span(got.samples).subspan(wanted.size() - ten_ms)),
                8);
    }
  }
}

TEST(CompressedEncoder, BytesDoNotDependOnHowThePcmIsCut) {
  const auto pcm = voice({22'050}, 0.7);
  for (const auto format : kAll) {
    SCOPED_TRACE(name_of(format));
    const auto whole = encoded(format, pcm, pcm.size());
    EXPECT_EQ(whole, encoded(format, pcm, pcm.size())) << "a second run";
    for (const std::size_t cut : {1U, 441U, 4'842U}) EXPECT_EQ(whole, encoded(format, pcm, cut)) << cut;
  }
}

TEST(CompressedEncoder, StreamsBesideEachOtherDoNotMix) {
  for (const auto format : kAll) {
    std::vector<Bytes> got(4);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 0; i < got.size(); ++i) {
        threads.emplace_back(
            [&, i] { got[i] = encoded(format, voice({22'050}, 0.2 + 0.1 * static_cast<double>(i)), 300); });
      }
    }
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i], encoded(format, voice({22'050}, 0.2 + 0.1 * static_cast<double>(i)), 4'000)) << name_of(format);
    }
  }
}

TEST(CompressedEncoder, HoldsBackNoMoreThanItSays) {
  constexpr std::array<std::pair<Format, double>, 6> kMostHeld{{{Format::kMp3, 0.096},
                                                                {Format::kOpus, 0.027},
                                                                {Format::kAac, 0.129},
                                                                {Format::kFlac, 0.043},
                                                                {Format::kMulaw, 0.02},
                                                                {Format::kAlaw, 0.02}}};
  const auto pcm = voice({24'000}, 0.3);
  for (const auto& [format, most_held] : kMostHeld) {
    SCOPED_TRACE(name_of(format));
    const auto encoder = make(format, {24'000}, {24'000});
    Bytes out;
    double held = 0;
    constexpr std::size_t kStep = 48;
    for (std::size_t given = kStep; given <= pcm.size(); given += kStep) {
      ASSERT_TRUE(encoder->encode(std::span(pcm).subspan(given - kStep, kStep), out));
      if (given < 4'000) continue;
      const auto got = heard(format, *encoder, out);
      held =
          std::max(held, static_cast<double>(given) / 24'000 - static_cast<double>(got.samples.size()) / got.rate.hz);
    }
    EXPECT_LE(held, most_held);
  }
}

TEST(CompressedEncoder, BytesFlowSteadily) {
  const auto pcm = voice({22'050}, 0.2);
  for (const auto format : kAll) {
    SCOPED_TRACE(name_of(format));
    const auto encoder = make(format, {22'050}, {24'000});
    std::size_t most = 0;
    for (int chunk = 0; chunk < 300; ++chunk) {
      Bytes out;
      ASSERT_TRUE(encoder->encode(pcm, out));
      EXPECT_FALSE(out.empty());
      most = std::max(most, out.size());
    }
    EXPECT_LT(most, 2 * 24'000 * 0.3) << "no chunk of 0.2 s gives more than 0.3 s of PCM would";
    Bytes rest;
    ASSERT_TRUE(encoder->finish(rest));
    EXPECT_LT(rest.size(), 2 * 24'000 * 0.15);
  }
}

TEST(CompressedEncoder, TheShortestStreamsAreWhole) {
  for (const auto format : kAll) {
    SCOPED_TRACE(name_of(format));
    EXPECT_EQ(encoded(format, {}, 1), encoded(format, {}, 1)) << "an empty stream ends well";
    const auto encoder = make(format, {24'000}, {24'000});
    const auto got = heard(format, *encoder, encoded(*encoder, {12'000}, 1));
    const std::size_t one = got.rate.hz / 24'000;
    EXPECT_GE(got.samples.size(), one);
    EXPECT_LE(got.samples.size(), one + most_padding(format));
  }
}

TEST(CompressedEncoder, OggPagesSayWhereTheStreamBeginsAndEnds) {
  const auto body = encoded(Format::kOpus, voice({22'050}, 0.5), 1'000);
  std::vector<unsigned> flags;
  const std::string text(reinterpret_cast<const char*>(body.data()), body.size());
  for (auto at = text.find("OggS"); at != std::string::npos; at = text.find("OggS", at + 4)) {
    flags.push_back(static_cast<unsigned char>(text.at(at + 5)));
  }
  ASSERT_GT(flags.size(), 20U) << "a page for each packet";
  EXPECT_EQ(flags.front(), 2U);
  EXPECT_EQ(flags.back(), 4U);
  EXPECT_EQ(std::ranges::count(flags, 0U), static_cast<std::ptrdiff_t>(flags.size()) - 2);
}

TEST(CompressedEncoder, TakesTheBitRateThatIsAsked) {
  const auto pcm = voice({22'050}, 2.0);
  for (const auto format : {Format::kMp3, Format::kOpus, Format::kAac}) {
    const auto low = encoded(format, pcm, 1'000, {32'000}).size();
    const auto high = encoded(format, pcm, 1'000, {96'000}).size();
    EXPECT_GT(static_cast<double>(high), 1.8 * static_cast<double>(low)) << name_of(format);
  }
}

}  // namespace
}  // namespace antiphon::codec
