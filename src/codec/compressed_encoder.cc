#include "codec/compressed_encoder.h"

extern "C" {
#include <libavutil/channel_layout.h>
#include <libavutil/log.h>
#include <libavutil/opt.h>
}

#include <algorithm>
#include <bit>
#include <mutex>
#include <utility>

#include "base/check.h"
#include "codec/libav.h"
#include "codec/muxer.h"
#include "codec/output_stage.h"

namespace antiphon::codec {
namespace {

/// Whether decoders leave out what an encoder puts before the first sample.
enum class Priming : std::uint8_t { kHeard, kTrimmed };

/// How FFmpeg is asked for a format.
struct Recipe {
  const char* codec = nullptr;
  const char* container = nullptr;
  AVSampleFormat samples = AV_SAMPLE_FMT_S16;
  Priming priming = Priming::kHeard;
  std::uint32_t bit_rate = 0;  ///< By default, in bits per second; 0 where the format has none to choose.
  std::span<const LibraryOption> codec_options = {};
  std::span<const LibraryOption> container_options = {};
};

// Without the reservoir no frame needs the ones before it to be decoded.
constexpr std::array kMp3Codec{LibraryOption{"reservoir", "0"}};
// A Xing header tells the number of frames, and nobody knows it yet.
constexpr std::array kMp3Container{LibraryOption{"write_xing", "0"}, LibraryOption{"id3v2_version", "0"}};
constexpr std::array kOpusCodec{LibraryOption{"application", "audio"}, LibraryOption{"frame_duration", "20"}};
// A page for each packet: 28 bytes more per 20 ms, for no wait.
constexpr std::array kOpusContainer{LibraryOption{"page_duration", "1"}};

// The default search ("twoloop") takes ten times the CPU and comes no closer to a voice.
constexpr std::array kAacCodec{LibraryOption{"aac_coder", "fast"}};

std::optional<Recipe> recipe_of(Format format) {
  switch (format) {
    case Format::kPcm:
    case Format::kWav:
      return std::nullopt;
    case Format::kMp3:
      return Recipe{.codec = "libmp3lame",
                    .container = "mp3",
                    .samples = AV_SAMPLE_FMT_S16P,
                    .bit_rate = 96'000,
                    .codec_options = kMp3Codec,
                    .container_options = kMp3Container};
    case Format::kOpus:
      return Recipe{.codec = "libopus",
                    .container = "opus",
                    .priming = Priming::kTrimmed,
                    .bit_rate = 64'000,
                    .codec_options = kOpusCodec,
                    .container_options = kOpusContainer};
    case Format::kAac:
      return Recipe{.codec = "aac",
                    .container = "adts",
                    .samples = AV_SAMPLE_FMT_FLTP,
                    .bit_rate = 96'000,
                    .codec_options = kAacCodec};
    case Format::kFlac:
      return Recipe{.codec = "flac", .container = "flac"};
    case Format::kMulaw:
      return Recipe{.codec = "pcm_mulaw", .container = "mulaw"};
    case Format::kAlaw:
      return Recipe{.codec = "pcm_alaw", .container = "alaw"};
  }
  std::unreachable();
}

/// The wanted rate, or where the codec lacks it the next above, or its highest.
base::SampleRate rate_for(const AVCodec& codec, base::SampleRate wanted) {
  if (codec.supported_samplerates == nullptr) return wanted;
  std::uint32_t above = 0;
  std::uint32_t highest = 0;
  for (const int* rate = codec.supported_samplerates; *rate != 0; ++rate) {
    const auto hz = static_cast<std::uint32_t>(*rate);
    highest = std::max(highest, hz);
    if (hz >= wanted.hz && (above == 0 || hz < above)) above = hz;
  }
  return {above != 0 ? above : highest};
}

/// Where the codec leaves it open (flac): at most 50 ms. Longer blocks save little.
int block_size_for(base::SampleRate rate) { return static_cast<int>(std::bit_floor(rate.hz / 20)); }

Result<CodecContext> open_codec(const Recipe& recipe, const AVCodec& codec, base::SampleRate rate, BitRate bit_rate) {
  CodecContext context(avcodec_alloc_context3(&codec));
  if (!context) return library_error(recipe.codec, AVERROR(ENOMEM));
  context->sample_fmt = recipe.samples;
  context->sample_rate = static_cast<int>(rate.hz);
  context->time_base = {1, context->sample_rate};
  context->bit_rate = bit_rate.bits_per_second != 0 ? bit_rate.bits_per_second : recipe.bit_rate;
  context->frame_size = block_size_for(rate);
  context->thread_count = 1;
  context->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
  av_channel_layout_default(&context->ch_layout, 1);
  for (const auto& [name, value] : recipe.codec_options) {
    if (const int code = av_opt_set(context->priv_data, name, value, 0); code < 0) return library_error(name, code);
  }
  if (const int code = avcodec_open2(context.get(), &codec, nullptr); code < 0) {
    return library_error(recipe.codec, code);
  }
  // The codecs of telephones have no frames; 20 ms are what telephones send.
  if (context->frame_size == 0) context->frame_size = static_cast<int>(rate.hz / 50);
  return context;
}

Result<Frame> make_frame(const AVCodecContext& context) {
  Frame frame(av_frame_alloc());
  if (!frame) return library_error("av_frame_alloc", AVERROR(ENOMEM));
  frame->format = context.sample_fmt;
  frame->sample_rate = context.sample_rate;
  frame->nb_samples = context.frame_size;
  int code = av_channel_layout_copy(&frame->ch_layout, &context.ch_layout);
  if (code >= 0) code = av_frame_get_buffer(frame.get(), 0);
  if (code < 0) return library_error("a frame", code);
  return frame;
}

class CompressedEncoder final : public Encoder {
 public:
  CompressedEncoder(OutputStage stage, CodecContext codec, Frame frame, Packet packet, std::unique_ptr<Muxer> muxer,
                    Priming priming)
      : stage_(std::move(stage)),
        codec_(std::move(codec)),
        frame_(std::move(frame)),
        packet_(std::move(packet)),
        muxer_(std::move(muxer)),
        priming_(priming),
        frame_size_(static_cast<std::size_t>(codec_->frame_size)) {}

  Result<void> encode(std::span<const std::int16_t> pcm, std::vector<std::byte>& out) override {
    if (auto pushed = stage_.push(pcm, samples_); !pushed) return pushed;
    auto encoded = encode_whole_frames();
    muxer_->take(out);
    return encoded;
  }

  Result<void> finish(std::vector<std::byte>& out) override {
    auto finished = stage_.finish(samples_);
    if (finished) finished = encode_whole_frames();
    if (finished && !samples_.empty()) finished = send(samples_);
    if (finished) finished = drain();
    if (finished) finished = muxer_->finish();
    muxer_->take(out);
    return finished;
  }

  [[nodiscard]] base::SampleRate rate() const override { return {static_cast<std::uint32_t>(codec_->sample_rate)}; }

  [[nodiscard]] base::SampleCount priming() const override {
    if (priming_ == Priming::kTrimmed) return {0};
    return {static_cast<std::uint64_t>(codec_->initial_padding)};
  }

 private:
  Result<void> encode_whole_frames() {
    std::size_t at = 0;
    for (; samples_.size() - at >= frame_size_; at += frame_size_) {
      if (auto sent = send(std::span(samples_).subspan(at, frame_size_)); !sent) return sent;
      // The end brings another packet, so none of these is the last.
      if (auto flushed = muxer_->flush(); !flushed) return flushed;
    }
    samples_.erase(samples_.begin(), samples_.begin() + static_cast<std::ptrdiff_t>(at));
    return {};
  }

  /// A whole frame, or less at the end.
  Result<void> send(std::span<const std::int16_t> samples) {
    if (const int code = av_frame_make_writable(frame_.get()); code < 0) return library_error("a frame", code);
    frame_->nb_samples = static_cast<int>(samples.size());
    frame_->pts = sent_;
    sent_ += frame_->nb_samples;
    if (codec_->sample_fmt == AV_SAMPLE_FMT_FLTP) {
      std::ranges::transform(samples, reinterpret_cast<float*>(frame_->data[0]),
                             [](std::int16_t sample) { return static_cast<float>(sample) / 32768.0F; });
    } else {
      std::ranges::copy(samples, reinterpret_cast<std::int16_t*>(frame_->data[0]));
    }
    if (const int code = avcodec_send_frame(codec_.get(), frame_.get()); code < 0) {
      return library_error(codec_->codec->name, code);
    }
    return receive();
  }

  /// What the codec still holds.
  Result<void> drain() {
    if (const int code = avcodec_send_frame(codec_.get(), nullptr); code < 0) {
      return library_error(codec_->codec->name, code);
    }
    return receive();
  }

  Result<void> receive() {
    while (true) {
      const int code = avcodec_receive_packet(codec_.get(), packet_.get());
      if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return {};
      if (code < 0) return library_error(codec_->codec->name, code);
      auto written = muxer_->write(*packet_);
      av_packet_unref(packet_.get());
      if (!written) return written;
    }
  }

  OutputStage stage_;
  CodecContext codec_;
  Frame frame_;
  Packet packet_;
  std::unique_ptr<Muxer> muxer_;
  Priming priming_;
  std::size_t frame_size_;
  std::vector<std::int16_t> samples_;  ///< Less than a frame between calls.
  std::int64_t sent_ = 0;
};

/// The results of calls say what failed; the library's own log would go to stderr.
void silence_library() {
  static std::once_flag silenced;
  std::call_once(silenced, [] { av_log_set_level(AV_LOG_QUIET); });
}

}  // namespace

Result<std::unique_ptr<Encoder>> make_compressed_encoder(Format format, base::SampleRate from, base::SampleRate to,
                                                         BitRate bit_rate, audio::Gain gain) {
  const auto recipe = recipe_of(format);
  ANTIPHON_CHECK(recipe, "a format that FFmpeg writes");
  silence_library();
  const AVCodec* const codec = avcodec_find_encoder_by_name(recipe->codec);
  if (codec == nullptr) {
    return std::unexpected(Error{Errc::kUnsupported, std::string("this FFmpeg lacks the encoder ") + recipe->codec});
  }
  // The rate that was asked for is held to the limits, not the one that stands for it.
  if (auto wanted = check_rate(to); !wanted) return std::unexpected(std::move(wanted.error()));
  const auto rate = rate_for(*codec, to);
  auto stage = OutputStage::make(from, rate, gain);
  if (!stage) return std::unexpected(std::move(stage.error()));
  auto context = open_codec(*recipe, *codec, rate, bit_rate);
  if (!context) return std::unexpected(std::move(context.error()));
  auto frame = make_frame(**context);
  if (!frame) return std::unexpected(std::move(frame.error()));
  Packet packet(av_packet_alloc());
  if (!packet) return library_error("av_packet_alloc", AVERROR(ENOMEM));
  auto muxer = Muxer::make(recipe->container, **context, recipe->container_options);
  if (!muxer) return std::unexpected(std::move(muxer.error()));
  return std::make_unique<CompressedEncoder>(std::move(*stage), std::move(*context), std::move(*frame),
                                             std::move(packet), std::move(*muxer), recipe->priming);
}

}  // namespace antiphon::codec
