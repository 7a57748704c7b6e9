#include "bench/sample_counter.h"

#include <algorithm>

namespace antiphon::bench {
namespace {

/// Little-endian, of `bytes` bytes, which are there.
std::uint32_t number(std::string_view text, std::size_t at, std::size_t bytes) {
  constexpr unsigned kBits = 8;
  std::uint32_t value = 0;
  for (std::size_t i = bytes; i-- > 0;) value = (value << kBits) | static_cast<unsigned char>(text[at + i]);
  return value;
}

constexpr std::string_view kRiff = "RIFF";
constexpr std::size_t kRiffBytes = 12;      ///< "RIFF", a size, "WAVE".
constexpr std::size_t kChunkHeadBytes = 8;  ///< A name and a size.
constexpr std::size_t kFormatBytes = 16;

}  // namespace

base::Result<base::SampleCount, std::string> SampleCounter::feed(std::string_view bytes) {
  if (part_ != Part::kAudio) {
    head_ += bytes;
    if (part_ == Part::kUnknown) {
      const auto seen = std::min(head_.size(), kRiff.size());
      if (head_.compare(0, seen, kRiff, 0, seen) != 0) {
        if (expected_ == Expected::kFile) return std::unexpected("the body is no WAV file");
        part_ = Part::kAudio;
      } else if (seen == kRiff.size()) {
        part_ = Part::kHead;
      }
    }
    if (part_ == Part::kHead) {
      if (auto read = read_head(); !read) return std::unexpected(read.error());
    }
    if (part_ != Part::kAudio) return base::SampleCount{};
    rest_ += head_.size();
    head_ = {};
  } else {
    rest_ += bytes.size();
  }
  const base::SampleCount whole{rest_ / frame_bytes_};
  rest_ %= frame_bytes_;
  return whole;
}

/// The chunks of a WAV file (Microsoft's Multimedia Programming Interface 1.0): each a name, its size and so many
/// bytes, and one more where the size is odd.
base::Result<void, std::string> SampleCounter::read_head() {
  std::string_view rest = head_;
  if (read_ == 0) {
    if (rest.size() < kRiffBytes) return {};
    if (rest.substr(kRiff.size() * 2, kRiff.size()) != "WAVE") return std::unexpected("the file is not WAV");
    rest.remove_prefix(kRiffBytes);
    read_ = kRiffBytes;
  }
  while (rest.size() >= kChunkHeadBytes) {
    const auto name = rest.substr(0, kRiff.size());
    const std::size_t size = number(rest, kRiff.size(), sizeof(std::uint32_t));
    if (name == "data") {
      if (!has_format_) return std::unexpected("the WAV file has no format before its audio");
      rest.remove_prefix(kChunkHeadBytes);
      part_ = Part::kAudio;
      break;
    }
    const auto whole = kChunkHeadBytes + size + size % 2;
    if (read_ + whole > kMostHead) return std::unexpected("the head of the WAV file is too long");
    if (rest.size() < whole) break;
    if (name == "fmt ") {
      if (auto known = read_format(rest.substr(kChunkHeadBytes, size)); !known) return known;
    }
    rest.remove_prefix(whole);
    read_ += whole;
  }
  head_ = std::string(rest);
  return {};
}

base::Result<void, std::string> SampleCounter::read_format(std::string_view chunk) {
  constexpr std::size_t kChannels = 2;
  constexpr std::size_t kRate = 4;
  constexpr std::size_t kFrame = 12;
  constexpr std::uint32_t kMostRate = 768'000;
  constexpr std::uint32_t kMostFrame = 64;
  if (chunk.size() < kFormatBytes) return std::unexpected("the format of the WAV file is cut");
  rate_ = {number(chunk, kRate, sizeof(std::uint32_t))};
  frame_bytes_ = number(chunk, kFrame, sizeof(std::uint16_t));
  if (number(chunk, 0, sizeof(std::uint16_t)) == 0 || number(chunk, kChannels, sizeof(std::uint16_t)) == 0 ||
      rate_.hz == 0 || rate_.hz > kMostRate || frame_bytes_ == 0 || frame_bytes_ > kMostFrame) {
    return std::unexpected("the format of the WAV file makes no sense");
  }
  has_format_ = true;
  return {};
}

}  // namespace antiphon::bench
