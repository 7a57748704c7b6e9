#include "codec/test_decoder.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "codec/libav.h"

namespace antiphon::codec {
namespace {

struct InputCloser {
  void operator()(AVFormatContext* context) const { avformat_close_input(&context); }
};
using Input = std::unique_ptr<AVFormatContext, InputCloser>;

int read(void* opaque, std::uint8_t* to, int size) {
  auto& left = *static_cast<std::span<const std::byte>*>(opaque);
  const auto taken = std::min(left.size(), static_cast<std::size_t>(size));
  if (taken == 0) return AVERROR_EOF;
  std::ranges::copy(left.first(taken), reinterpret_cast<std::byte*>(to));
  left = left.subspan(taken);
  return static_cast<int>(taken);
}

std::int16_t to_s16(float sample) {
  return static_cast<std::int16_t>(std::lrintf(std::clamp(sample * 32768.0F, -32768.0F, 32767.0F)));
}

void append(const AVFrame& frame, std::vector<std::int16_t>& out) {
  ASSERT_EQ(frame.ch_layout.nb_channels, 1);
  const auto count = static_cast<std::size_t>(frame.nb_samples);
  const auto* const data = frame.data[0];
  const auto format = static_cast<AVSampleFormat>(frame.format);
  if (format == AV_SAMPLE_FMT_S16 || format == AV_SAMPLE_FMT_S16P) {
    const std::span samples(reinterpret_cast<const std::int16_t*>(data), count);
    out.insert(out.end(), samples.begin(), samples.end());
  } else if (format == AV_SAMPLE_FMT_FLT || format == AV_SAMPLE_FMT_FLTP) {
    std::ranges::transform(std::span(reinterpret_cast<const float*>(data), count), std::back_inserter(out), to_s16);
  } else {
    FAIL() << "sample format " << frame.format;
  }
}

void receive(AVCodecContext* codec, AVFrame* frame, Decoded& out) {
  int code = 0;
  while ((code = avcodec_receive_frame(codec, frame)) >= 0) {
    out.rate = {static_cast<std::uint32_t>(frame->sample_rate)};
    append(*frame, out.samples);
    av_frame_unref(frame);
  }
  EXPECT_TRUE(code == AVERROR(EAGAIN) || code == AVERROR_EOF) << code;
}

Input open(AVIOContext* io, const char* container, base::SampleRate rate) {
  AVFormatContext* format = avformat_alloc_context();
  format->pb = io;
  AVDictionary* options = nullptr;
  if (rate.hz != 0) av_dict_set_int(&options, "sample_rate", rate.hz, 0);
  const auto* const known = container == nullptr ? nullptr : av_find_input_format(container);
  const int code = avformat_open_input(&format, "", known, &options);  // Frees it where it fails.
  av_dict_free(&options);
  EXPECT_EQ(code, 0);
  return Input(code == 0 ? format : nullptr);
}

CodecContext open_decoder(const AVStream& stream) {
  const AVCodec* const known = avcodec_find_decoder(stream.codecpar->codec_id);
  CodecContext codec(avcodec_alloc_context3(known));
  EXPECT_EQ(avcodec_parameters_to_context(codec.get(), stream.codecpar), 0);
  codec->pkt_timebase = stream.time_base;
  EXPECT_EQ(avcodec_open2(codec.get(), known, nullptr), 0);
  return codec;
}

}  // namespace

Decoded decode(std::span<const std::byte> body, const char* container, base::SampleRate rate) {
  Decoded out;
  constexpr int kBuffer = 4'096;
  const IoContext io(
      avio_alloc_context(static_cast<std::uint8_t*>(av_malloc(kBuffer)), kBuffer, 0, &body, &read, nullptr, nullptr));
  const auto format = open(io.get(), container, rate);
  if (!format) return out;
  EXPECT_GE(avformat_find_stream_info(format.get(), nullptr), 0);
  EXPECT_EQ(format->nb_streams, 1U);
  const auto codec = open_decoder(*format->streams[0]);
  const Frame frame(av_frame_alloc());
  const Packet packet(av_packet_alloc());
  int code = 0;
  while ((code = av_read_frame(format.get(), packet.get())) >= 0) {
    EXPECT_EQ(avcodec_send_packet(codec.get(), packet.get()), 0);
    av_packet_unref(packet.get());
    receive(codec.get(), frame.get(), out);
  }
  EXPECT_EQ(code, AVERROR_EOF);
  EXPECT_EQ(avcodec_send_packet(codec.get(), nullptr), 0);
  receive(codec.get(), frame.get(), out);
  return out;
}

}  // namespace antiphon::codec
