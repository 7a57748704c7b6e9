#include "cli/wav_sink.h"

#include <unistd.h>

#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "audio/pcm.h"
#include "audio/wav.h"

namespace antiphon::cli {

file::Writer open_for_sound(const std::filesystem::path& file) {
  auto writer = file == "-" ? file::Writer::through(STDOUT_FILENO, "standard output") : file::Writer::open(file);
  if (!writer) throw std::runtime_error(writer.error().message);
  if (writer->is_terminal()) {
    throw std::runtime_error("refusing to write sound to a terminal; use -o FILE.wav, or a pipe to a player");
  }
  return std::move(*writer);
}

WavSink::WavSink(const std::filesystem::path& file, base::SampleRate rate, Header header)
    : out_(open_for_sound(file)), rate_(rate), header_(header) {
  if (header_ == Header::kNone) return;
  if (const auto written = out_.write(audio::wav_header(rate_, std::nullopt)); !written) {
    throw std::runtime_error(written.error().message);
  }
}

bool WavSink::write(std::span<const std::int16_t> pcm) {
  std::vector<std::byte> bytes;
  audio::append_s16le(pcm, bytes);
  samples_ += {pcm.size()};
  const auto written = out_.write(bytes);
  if (!written) fault_ = written.error().message;
  return written.has_value();
}

void WavSink::finish() {
  auto done = file::Result<void>{};
  if (header_ == Header::kWav && out_.replaces()) done = out_.write_beginning(audio::wav_header(rate_, samples_));
  if (done) done = out_.commit();
  if (!done) throw std::runtime_error(done.error().message);
}

}  // namespace antiphon::cli
