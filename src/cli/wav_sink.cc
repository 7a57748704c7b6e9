#include "cli/wav_sink.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <vector>

#include "audio/pcm.h"
#include "audio/wav.h"

namespace antiphon::cli {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, int error) {
  throw std::runtime_error(fmt::format("{}: {}", file.string(), std::generic_category().message(error)));
}

}  // namespace

WavSink::WavSink(std::filesystem::path file, base::SampleRate rate, Header header)
    : file_(std::move(file)), rate_(rate), header_(header) {
  if (to_stdout()) {
    out_ = stdout;
  } else {
    partial_ = file_;
    partial_ += fmt::format(".{}.part", ::getpid());
    out_ = std::fopen(partial_.c_str(), "wbe");
    if (out_ == nullptr) fail(file_, errno);
  }
  if (header_ == Header::kWav && !put(audio::wav_header(rate_, std::nullopt))) fail(file_, errno);
}

WavSink::~WavSink() {
  if (out_ == nullptr || to_stdout()) return;
  std::fclose(out_);  // NOLINT(cppcoreguidelines-owning-memory): owned by this class
  std::error_code ignored;
  std::filesystem::remove(partial_, ignored);
}

bool WavSink::write(std::span<const std::int16_t> pcm) {
  std::vector<std::byte> bytes;
  audio::append_s16le(pcm, bytes);
  samples_ += {pcm.size()};
  return put(bytes);
}

bool WavSink::put(std::span<const std::byte> bytes) {
  return std::fwrite(bytes.data(), 1, bytes.size(), out_) == bytes.size() && (!to_stdout() || std::fflush(out_) == 0);
}

void WavSink::finish() {
  bool kept = std::fflush(out_) == 0;
  if (!to_stdout()) {
    if (header_ == Header::kWav) {
      kept = kept && std::fseek(out_, 0, SEEK_SET) == 0 && put(audio::wav_header(rate_, samples_));
    }
    kept = std::fclose(out_) == 0 && kept;  // NOLINT(cppcoreguidelines-owning-memory): owned by this class
    out_ = nullptr;
    std::error_code error;
    if (kept) std::filesystem::rename(partial_, file_, error);
    if (error) fail(file_, error.value());
  }
  if (!kept) fail(file_, errno);
}

}  // namespace antiphon::cli
