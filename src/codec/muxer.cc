#include "codec/muxer.h"

extern "C" {
#include <libavutil/mem.h>
}

#include <exception>

namespace antiphon::codec {
namespace {

/// Bytes that FFmpeg gathers before it hands them on; all are handed on when a packet has been written.
constexpr int kIoBuffer = 4'096;

struct DictionaryCloser {
  void operator()(AVDictionary* dictionary) const { av_dict_free(&dictionary); }
};

Result<void> checked(const char* where, int code) {
  if (code < 0) return library_error(where, code);
  return {};
}

}  // namespace

Result<std::unique_ptr<Muxer>> Muxer::make(const char* container, const AVCodecContext& codec,
                                           std::span<const LibraryOption> options) {
  std::unique_ptr<Muxer> muxer(new Muxer);
  if (auto opened = muxer->open(container, codec, options); !opened) return std::unexpected(std::move(opened.error()));
  return muxer;
}

Result<void> Muxer::open(const char* container, const AVCodecContext& codec, std::span<const LibraryOption> options) {
  auto* const buffer = static_cast<std::uint8_t*>(av_malloc(kIoBuffer));
  if (buffer == nullptr) return library_error("av_malloc", AVERROR(ENOMEM));
  io_.reset(avio_alloc_context(buffer, kIoBuffer, 1, this, nullptr, &Muxer::collect, nullptr));
  if (!io_) {
    av_free(buffer);
    return library_error("avio_alloc_context", AVERROR(ENOMEM));
  }
  AVFormatContext* format = nullptr;
  if (avformat_alloc_output_context2(&format, nullptr, container, nullptr) < 0) {
    return std::unexpected(Error{Errc::kUnsupported, std::string("FFmpeg lacks the container ") + container});
  }
  format_.reset(format);
  format->pb = io_.get();
  // Without it Ogg streams would get random serial numbers.
  format->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;
  AVStream* const stream = avformat_new_stream(format, nullptr);
  if (stream == nullptr) return library_error("avformat_new_stream", AVERROR(ENOMEM));
  codec_time_base_ = codec.time_base;
  stream->time_base = codec.time_base;
  if (auto copied = checked("parameters", avcodec_parameters_from_context(stream->codecpar, &codec)); !copied) {
    return copied;
  }
  AVDictionary* left = nullptr;
  int code = 0;
  for (const auto& [name, value] : options) {
    if (code >= 0) code = av_dict_set(&left, name, value, 0);
  }
  if (code >= 0) code = avformat_write_header(format, &left);
  const std::unique_ptr<AVDictionary, DictionaryCloser> unused(left);
  return checked(container, code);
}

Result<void> Muxer::write(AVPacket& packet) {
  packet.stream_index = 0;
  av_packet_rescale_ts(&packet, codec_time_base_, format_->streams[0]->time_base);
  return checked("a packet", av_write_frame(format_.get(), &packet));
}

Result<void> Muxer::flush() { return checked("a flush", av_write_frame(format_.get(), nullptr)); }

Result<void> Muxer::finish() { return checked("the end", av_write_trailer(format_.get())); }

void Muxer::take(std::vector<std::byte>& out) {
  avio_flush(io_.get());
  out.insert(out.end(), written_.begin(), written_.end());
  written_.clear();
}

int Muxer::collect(void* self, std::uint8_t* data, int size) noexcept {
  const auto bytes = std::as_bytes(std::span(data, static_cast<std::size_t>(size)));
  try {
    auto& written = static_cast<Muxer*>(self)->written_;
    written.insert(written.end(), bytes.begin(), bytes.end());
  } catch (const std::exception&) {
    return AVERROR(ENOMEM);
  }
  return size;
}

}  // namespace antiphon::codec
