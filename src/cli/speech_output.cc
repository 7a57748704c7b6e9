#include "cli/speech_output.h"

#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/wav_sink.h"
#include "codec/encoder.h"
#include "codec/output_stage.h"

namespace antiphon::cli {
namespace {

/// The bytes that the server would send as WAV or PCM.
class PlainOutput final : public SpeechOutput {
 public:
  explicit PlainOutput(const SpeechOutputOptions& options)
      : stage_(make_stage(options)),
        sink_(options.file, options.to, options.raw ? WavSink::Header::kNone : WavSink::Header::kWav) {}

  [[nodiscard]] bool write(std::span<const std::int16_t> pcm) override {
    ready_.clear();
    if (const auto pushed = stage_.push(pcm, ready_); !pushed) return fail(pushed.error().message);
    return sink_.write(ready_) || fail(sink_.fault());
  }
  [[nodiscard]] const std::string& fault() const override { return fault_; }
  void finish() override {
    ready_.clear();
    if (const auto finished = stage_.finish(ready_); !finished) throw std::runtime_error(finished.error().message);
    if (!sink_.write(ready_)) throw std::runtime_error(sink_.fault());
    sink_.finish();
  }

 private:
  static codec::OutputStage make_stage(const SpeechOutputOptions& options) {
    auto stage = codec::OutputStage::make(options.from, options.to, options.gain);
    if (!stage) throw std::runtime_error(stage.error().message);
    return *std::move(stage);
  }
  bool fail(std::string why) {
    fault_ = std::move(why);
    return false;
  }

  codec::OutputStage stage_;
  WavSink sink_;
  std::vector<std::int16_t> ready_;
  std::string fault_;
};

class EncodedOutput final : public SpeechOutput {
 public:
  EncodedOutput(const SpeechOutputOptions& options, codec::Format format)
      : encoder_(make_encoder(options, format)), out_(open_for_sound(options.file)) {}

  [[nodiscard]] bool write(std::span<const std::int16_t> pcm) override {
    bytes_.clear();
    if (const auto encoded = encoder_->encode(pcm, bytes_); !encoded) return fail(encoded.error().message);
    if (const auto written = out_.write(bytes_); !written) return fail(written.error().message);
    return true;
  }
  [[nodiscard]] const std::string& fault() const override { return fault_; }
  void finish() override {
    bytes_.clear();
    if (const auto finished = encoder_->finish(bytes_); !finished) throw std::runtime_error(finished.error().message);
    auto done = out_.write(bytes_);
    if (done) done = out_.commit();
    if (!done) throw std::runtime_error(done.error().message);
  }

 private:
  static std::unique_ptr<codec::Encoder> make_encoder(const SpeechOutputOptions& options, codec::Format format) {
    auto encoder = codec::make_encoder(format, options.from, options.to, {}, options.gain);
    if (!encoder) throw std::runtime_error(encoder.error().message);
    return *std::move(encoder);
  }
  bool fail(std::string why) {
    fault_ = std::move(why);
    return false;
  }

  std::unique_ptr<codec::Encoder> encoder_;
  file::Writer out_;
  std::vector<std::byte> bytes_;
  std::string fault_;
};

/// The format by the end of a file's name; nothing where it says none.
std::optional<codec::Format> format_of(const std::filesystem::path& file) {
  const auto end = file.extension().string();
  if (end == ".ogg") return codec::Format::kOpus;
  if (end == ".raw") return codec::Format::kPcm;
  return end.empty() ? std::nullopt : codec::parse_format(std::string_view(end).substr(1));
}

}  // namespace

std::unique_ptr<SpeechOutput> open_speech_output(const SpeechOutputOptions& options) {
  const auto format = options.raw ? codec::Format::kPcm : format_of(options.file).value_or(codec::Format::kWav);
  if (format != codec::Format::kPcm && format != codec::Format::kWav) {
    return std::make_unique<EncodedOutput>(options, format);
  }
  auto plain = options;
  plain.raw = format == codec::Format::kPcm;
  return std::make_unique<PlainOutput>(plain);
}

}  // namespace antiphon::cli
