#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/dict.h>
#include <libavutil/error.h>
#include <libavutil/frame.h>
}

#include <array>
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "codec/error.h"

/// FFmpeg's handles as owners. For the sources of this module only.
namespace antiphon::codec {

struct CodecContextCloser {
  void operator()(AVCodecContext* context) const { avcodec_free_context(&context); }
};
using CodecContext = std::unique_ptr<AVCodecContext, CodecContextCloser>;

struct FrameCloser {
  void operator()(AVFrame* frame) const { av_frame_free(&frame); }
};
using Frame = std::unique_ptr<AVFrame, FrameCloser>;

struct PacketCloser {
  void operator()(AVPacket* packet) const { av_packet_free(&packet); }
};
using Packet = std::unique_ptr<AVPacket, PacketCloser>;

/// Closes contexts made for writing.
struct FormatContextCloser {
  void operator()(AVFormatContext* context) const { avformat_free_context(context); }
};
using FormatContext = std::unique_ptr<AVFormatContext, FormatContextCloser>;

struct IoContextCloser {
  void operator()(AVIOContext* context) const {
    av_freep(static_cast<void*>(&context->buffer));
    avio_context_free(&context);
  }
};
using IoContext = std::unique_ptr<AVIOContext, IoContextCloser>;

/// kLibrary, with FFmpeg's words for `code`. `where` says what failed.
inline std::unexpected<Error> library_error(std::string_view where, int code) {
  std::array<char, AV_ERROR_MAX_STRING_SIZE> text{};
  av_strerror(code, text.data(), text.size());
  return std::unexpected(Error{Errc::kLibrary, std::string(where) + ": " + text.data()});
}

}  // namespace antiphon::codec
