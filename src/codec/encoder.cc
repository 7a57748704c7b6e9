#include "codec/encoder.h"

#include <array>
#include <utility>

#include "audio/pcm.h"
#include "audio/wav.h"
#include "codec/compressed_encoder.h"
#include "codec/output_stage.h"

namespace antiphon::codec {
namespace {

struct FormatRow {
  Format format;
  std::string_view name;
  std::string_view content_type;
};

constexpr std::array kFormats = {
    FormatRow{Format::kPcm, "pcm", "audio/pcm"},      FormatRow{Format::kWav, "wav", "audio/wav"},
    FormatRow{Format::kMp3, "mp3", "audio/mpeg"},     FormatRow{Format::kOpus, "opus", "audio/ogg"},
    FormatRow{Format::kAac, "aac", "audio/aac"},      FormatRow{Format::kFlac, "flac", "audio/flac"},
    FormatRow{Format::kMulaw, "ulaw", "audio/basic"}, FormatRow{Format::kAlaw, "alaw", "audio/x-alaw-basic"},
};

const FormatRow& row_of(Format format) { return kFormats.at(static_cast<std::size_t>(format)); }

/// Samples as they are, after a header where the format has one.
class PlainEncoder final : public Encoder {
 public:
  PlainEncoder(OutputStage stage, base::SampleRate rate, std::span<const std::byte> header)
      : stage_(std::move(stage)), rate_(rate), header_(header.begin(), header.end()) {}

  Result<void> encode(std::span<const std::int16_t> pcm, std::vector<std::byte>& out) override {
    auto pushed = stage_.push(pcm, samples_);
    flush(out);
    return pushed;
  }

  Result<void> finish(std::vector<std::byte>& out) override {
    auto finished = stage_.finish(samples_);
    flush(out);
    return finished;
  }

  [[nodiscard]] base::SampleRate rate() const override { return rate_; }
  [[nodiscard]] base::SampleCount priming() const override { return {0}; }

 private:
  void flush(std::vector<std::byte>& out) {
    out.insert(out.end(), header_.begin(), header_.end());
    header_.clear();
    audio::append_s16le(samples_, out);
    samples_.clear();
  }

  OutputStage stage_;
  base::SampleRate rate_;
  std::vector<std::byte> header_;
  std::vector<std::int16_t> samples_;
};

Result<std::unique_ptr<Encoder>> make_plain(base::SampleRate from, base::SampleRate to, audio::Gain gain,
                                            std::span<const std::byte> header) {
  auto stage = OutputStage::make(from, to, gain);
  if (!stage) return std::unexpected(std::move(stage.error()));
  return std::make_unique<PlainEncoder>(std::move(*stage), to, header);
}

}  // namespace

std::optional<Format> parse_format(std::string_view name) {
  for (const auto& row : kFormats) {
    if (row.name == name) return row.format;
  }
  return std::nullopt;
}

std::string_view name_of(Format format) { return row_of(format).name; }
std::optional<std::size_t> bytes_per_sample(Format format) {
  switch (format) {
    case Format::kPcm:
    case Format::kWav:
      return sizeof(std::int16_t);
    case Format::kMulaw:
    case Format::kAlaw:
      return 1;
    case Format::kMp3:
    case Format::kOpus:
    case Format::kAac:
    case Format::kFlac:
      break;
  }
  return std::nullopt;
}
std::string_view content_type(Format format) { return row_of(format).content_type; }

Result<std::unique_ptr<Encoder>> make_encoder(Format format, base::SampleRate from, base::SampleRate to,
                                              BitRate bit_rate, audio::Gain gain) {
  switch (format) {
    case Format::kPcm:
      return make_plain(from, to, gain, {});
    case Format::kWav:
      return make_plain(from, to, gain, audio::wav_header(to, std::nullopt));
    case Format::kMp3:
    case Format::kOpus:
    case Format::kAac:
    case Format::kFlac:
    case Format::kMulaw:
    case Format::kAlaw:
      break;
  }
  return make_compressed_encoder(format, from, to, bit_rate, gain);
}

}  // namespace antiphon::codec
