#include "codec/resampler.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>
#include <libavutil/samplefmt.h>
#include <libswresample/swresample.h>
}

#include <algorithm>
#include <array>
#include <string>

#include "base/check.h"
#include "codec/libav.h"

namespace antiphon::codec {
namespace {

/// Samples that go into the library at once. Part of what decides the bytes.
constexpr std::size_t kBlock = 256;
/// Bits of precision of soxr's filters (its "high quality"); 16-bit audio needs no more.
constexpr int kPrecision = 20;
constexpr std::string_view kLibrary = "libswresample";

struct SwrCloser {
  void operator()(SwrContext* context) const { swr_free(&context); }
};
using Swr = std::unique_ptr<SwrContext, SwrCloser>;

/// Mono floats in and out: given 16-bit samples, soxr would add dither from a seed that differs from run to run.
Result<Swr> open(base::SampleRate from, base::SampleRate to) {
  constexpr auto kMono = static_cast<std::int64_t>(AV_CH_LAYOUT_MONO);
  Swr swr(swr_alloc());
  if (!swr) return library_error(kLibrary, AVERROR(ENOMEM));
  const std::array<std::pair<const char*, std::int64_t>, 9> options{{
      {"in_channel_layout", kMono},
      {"out_channel_layout", kMono},
      {"in_sample_rate", from.hz},
      {"out_sample_rate", to.hz},
      {"in_sample_fmt", AV_SAMPLE_FMT_FLT},
      {"out_sample_fmt", AV_SAMPLE_FMT_FLT},
      {"resampler", SWR_ENGINE_SOXR},
      {"dither_method", SWR_DITHER_NONE},
      {"precision", kPrecision},
  }};
  for (const auto& [name, value] : options) {
    if (const int code = av_opt_set_int(swr.get(), name, value, 0); code < 0) return library_error(kLibrary, code);
  }
  if (const int code = swr_init(swr.get()); code < 0) return library_error(kLibrary, code);
  return swr;
}

/// Rounds as std::lrintf() does, to the nearest and halves to even, but without a call, so that loops become vector
/// code: to so large a number only whole ones can be added.
std::int16_t to_s16(float sample) {
  constexpr float kWhole = 12'582'912.0F;  // 1.5 * 2^23
  const float clamped = std::clamp(sample * 32768.0F, -32768.0F, 32767.0F);
  return static_cast<std::int16_t>(static_cast<std::int32_t>((clamped + kWhole) - kWhole));
}

}  // namespace

class Resampler::Impl {
 public:
  Impl(Swr swr, base::SampleRate from, base::SampleRate to) : swr_(std::move(swr)), from_(from), to_(to) {}

  Result<void> push(std::span<const std::int16_t> input, std::vector<std::int16_t>& out) {
    ANTIPHON_CHECK(!finished_, "samples after the end");
    taken_ += input.size();
    if (!swr_) {
      out.insert(out.end(), input.begin(), input.end());
      return {};
    }
    while (!input.empty()) {
      const auto some = input.first(std::min(input.size(), kBlock - filled_));
      input = input.subspan(some.size());
      std::ranges::transform(some, block_.begin() + static_cast<std::ptrdiff_t>(filled_),
                             [](std::int16_t sample) { return static_cast<float>(sample) / 32768.0F; });
      filled_ += some.size();
      if (filled_ < kBlock) continue;
      filled_ = 0;
      if (const int code = convert(block_.data(), kBlock, out); code < 0) return library_error(kLibrary, code);
    }
    return {};
  }

  Result<void> finish(std::vector<std::int16_t>& out) {
    ANTIPHON_CHECK(!finished_, "a second end");
    finished_ = true;
    if (!swr_) return {};
    int code = filled_ > 0 ? convert(block_.data(), filled_, out) : 0;
    do {
      if (code >= 0) code = convert(nullptr, 0, out);
    } while (code > 0);
    if (code < 0) return library_error(kLibrary, code);
    // What little the library holds back at the end is silence.
    out.resize(out.size() + static_cast<std::size_t>(total() - given_));
    given_ = total();
    return {};
  }

 private:
  /// Samples out for all that was taken, so far.
  [[nodiscard]] std::uint64_t total() const { return (taken_ * to_.hz + from_.hz / 2) / from_.hz; }

  /// Feeds `count` samples, or the end without any. Returns the number of samples appended, or the library's error.
  int convert(const float* samples, std::size_t count, std::vector<std::int16_t>& out) {
    const int room = swr_get_out_samples(swr_.get(), static_cast<int>(count));
    if (room < 0) return room;
    result_.resize(std::max<std::size_t>(static_cast<std::size_t>(room), 1));
    const auto* in = reinterpret_cast<const std::uint8_t*>(samples);
    auto* to = reinterpret_cast<std::uint8_t*>(result_.data());
    const int made = swr_convert(swr_.get(), &to, static_cast<int>(result_.size()), samples == nullptr ? nullptr : &in,
                                 static_cast<int>(count));
    if (made < 0) return made;
    const auto kept = std::min<std::uint64_t>(static_cast<std::uint64_t>(made), total() - given_);
    const auto begin = out.size();
    out.resize(begin + kept);
    std::ranges::transform(std::span(result_).first(kept), out.begin() + static_cast<std::ptrdiff_t>(begin), to_s16);
    given_ += kept;
    return made;
  }

  Swr swr_;  ///< Null where the rates are equal.
  base::SampleRate from_;
  base::SampleRate to_;
  std::array<float, kBlock> block_{};
  std::size_t filled_ = 0;
  std::vector<float> result_;
  std::uint64_t taken_ = 0;
  std::uint64_t given_ = 0;
  bool finished_ = false;
};

Result<void> check_rate(base::SampleRate rate) {
  if (rate >= kLeastRate && rate <= kMostRate) return {};
  return std::unexpected(Error{Errc::kBadRate, "a sample rate of " + std::to_string(rate.hz) + " Hz; from " +
                                                   std::to_string(kLeastRate.hz) + " to " +
                                                   std::to_string(kMostRate.hz) + " will do"});
}

Resampler::Resampler(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Resampler::Resampler(Resampler&&) noexcept = default;
Resampler& Resampler::operator=(Resampler&&) noexcept = default;
Resampler::~Resampler() = default;

Result<Resampler> Resampler::make(base::SampleRate from, base::SampleRate to) {
  for (const auto rate : {from, to}) {
    if (auto checked = check_rate(rate); !checked) return std::unexpected(std::move(checked.error()));
  }
  Swr swr;
  if (from != to) {
    auto opened = open(from, to);
    if (!opened) return std::unexpected(std::move(opened.error()));
    swr = std::move(*opened);
  }
  return Resampler(std::make_unique<Impl>(std::move(swr), from, to));
}

Result<void> Resampler::push(std::span<const std::int16_t> input, std::vector<std::int16_t>& out) {
  return impl_->push(input, out);
}

Result<void> Resampler::finish(std::vector<std::int16_t>& out) { return impl_->finish(out); }

}  // namespace antiphon::codec
