#include "progress/record.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstring>
#include <random>
#include <type_traits>
#include <utility>

#include "base/check.h"

namespace antiphon::progress {
namespace {

constexpr std::uint8_t kVersion = 2;
static_assert(std::endian::native == std::endian::little, "numbers are copied as they are");

template <class T>
concept Number = std::is_arithmetic_v<T> && !std::is_same_v<T, bool>;

/// Appends fields to bytes.
class Writer {
 public:
  void number(const Number auto& value) { raw(&value, sizeof value); }
  void flag(bool value) { number(static_cast<std::uint8_t>(value ? 1 : 0)); }
  void text(const std::string& value, std::size_t /*limit*/) {
    number(static_cast<std::uint32_t>(value.size()));
    raw(value.data(), value.size());
  }
  template <std::size_t kSize>
  void array(const std::array<std::uint8_t, kSize>& value) {
    raw(value.data(), kSize);
  }
  /// The number of elements that follow, of at least so many bytes each.
  template <class T>
  void size_of(const std::vector<T>& elements, std::size_t /*limit*/, std::size_t /*element_bytes*/) {
    number(static_cast<std::uint32_t>(elements.size()));
  }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  void raw(const void* data, std::size_t size) { bytes_.append(static_cast<const char*>(data), size); }

  std::string bytes_;
};

/// Takes fields from bytes. Every length is compared with its limit and with what is left before anything is allocated.
/// After the first failure it yields nothing more.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  void number(Number auto& value) { raw(&value, sizeof value); }
  void flag(bool& value) {
    std::uint8_t byte = 0;
    number(byte);
    sound_ = sound_ && byte <= 1;
    value = byte == 1;
  }
  void text(std::string& value, std::size_t limit) {
    const auto size = count(limit, 1);
    value.assign(rest_.substr(0, size));
    rest_.remove_prefix(size);
  }
  template <std::size_t kSize>
  void array(std::array<std::uint8_t, kSize>& value) {
    raw(value.data(), kSize);
  }
  /// The count before elements of so many bytes each; 0 after a failure.
  [[nodiscard]] std::size_t count(std::size_t limit, std::size_t element_bytes) {
    std::uint32_t count = 0;
    number(count);
    sound_ = sound_ && count <= limit && count <= rest_.size() / element_bytes;
    return sound_ ? count : 0;
  }
  template <class T>
  void size_of(std::vector<T>& elements, std::size_t limit, std::size_t element_bytes) {
    elements.resize(count(limit, element_bytes));
  }
  void refuse() { sound_ = false; }
  /// Whether every field was there and nothing follows.
  [[nodiscard]] bool complete() const { return sound_ && rest_.empty(); }

 private:
  void raw(void* data, std::size_t size) {
    sound_ = sound_ && size <= rest_.size();
    if (!sound_) return;
    std::memcpy(data, rest_.data(), size);
    rest_.remove_prefix(size);
  }

  std::string_view rest_;
  bool sound_ = true;
};

/// The fields in their order, written once for reading and for writing; `R` is Request or const Request.
template <class R>
void visit(auto& archive, R& request) {
  constexpr auto kName = RecordLimits::kNameBytes;
  archive.array(request.name.bytes);
  archive.text(request.holder, kName);
  archive.number(request.account);
  archive.number(request.user);
  archive.text(request.door, kName);
  archive.text(request.voice, kName);
  archive.text(request.voice_identity, kName);
  archive.text(request.fingerprint, RecordLimits::kFingerprintBytes);
  archive.number(request.seed);
  archive.number(request.speed);
  archive.number(request.volume);
  archive.text(request.text, RecordLimits::kTextBytes);
  archive.array(request.text_sha256);
  archive.number(request.text_bytes);
  archive.text(request.format, kName);
  archive.number(request.rate.hz);
  archive.number(request.bits_per_second);
  archive.flag(request.as_events);
  archive.number(request.wordless);
  archive.number(request.reading);
  constexpr std::size_t kSizeBytes = sizeof(std::uint32_t);
  archive.size_of(request.words, RecordLimits::kWords, 2 * kSizeBytes + 1);
  for (auto& word : request.words) {
    archive.text(word.written, RecordLimits::kWordBytes);
    archive.text(word.spoken, RecordLimits::kWordBytes);
    archive.number(word.letters);
  }
  archive.size_of(request.dictionaries, RecordLimits::kDictionaries, kSizeBytes);
  for (auto& dictionary : request.dictionaries) archive.text(dictionary, kName);
}

template <class T>
Decoded<T> finish(const Reader& reader, T value) {
  if (!reader.complete()) return std::unexpected(DecodeError::kMalformed);
  return value;
}

std::optional<DecodeError> check_version(Reader& reader) {
  std::uint8_t version = 0;
  reader.number(version);
  if (version == kVersion) return std::nullopt;
  return version == 0 ? DecodeError::kMalformed : DecodeError::kVersion;
}

}  // namespace

StreamName draw_name() {
  std::random_device random;  // the kernel's generator
  StreamName name;
  for (std::size_t i = 0; i < name.bytes.size(); i += sizeof(std::uint32_t)) {
    const std::uint32_t bits = random();
    std::memcpy(&name.bytes.at(i), &bits, sizeof bits);
  }
  return name;
}

std::string to_text(const StreamName& name) {
  return base::hexadecimal(std::string_view(reinterpret_cast<const char*>(name.bytes.data()), name.bytes.size()));
}

std::optional<StreamName> parse_name(std::string_view text) {
  StreamName name;
  if (text.size() != 2 * name.bytes.size()) return std::nullopt;
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = kDigits.find(text[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    auto& byte = name.bytes.at(i / 2);
    byte = static_cast<std::uint8_t>((byte << 4U) | digit);
  }
  return name;
}

std::string_view name_of(State state) {
  switch (state) {
    case State::kLive:
      return "live";
    case State::kInterrupted:
      return "interrupted";
    case State::kComplete:
      return "complete";
    case State::kFailed:
      return "failed";
  }
  std::unreachable();
}

std::size_t bytes_of(const Record& record) {
  const auto& request = record.request;
  std::size_t words = request.dictionaries.size() * (sizeof(std::string) + RecordLimits::kNameBytes);
  for (const auto& word : request.words) words += sizeof(Word) + word.written.size() + word.spoken.size();
  return sizeof(Record) + words + request.text.size() + request.fingerprint.size() + request.voice_identity.size() +
         record.progress.segment_ends.size() * sizeof(std::uint64_t);
}

std::int64_t now_ms() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
}

bool within_limits(const Request& request) {
  const auto is_name = [](const std::string& name) { return name.size() <= RecordLimits::kNameBytes; };
  const auto is_word = [](const Word& word) {
    return word.written.size() <= RecordLimits::kWordBytes && word.spoken.size() <= RecordLimits::kWordBytes;
  };
  return is_name(request.holder) && is_name(request.door) && is_name(request.voice) &&
         is_name(request.voice_identity) && is_name(request.format) &&
         request.fingerprint.size() <= RecordLimits::kFingerprintBytes &&
         request.text.size() <= RecordLimits::kTextBytes && request.words.size() <= RecordLimits::kWords &&
         std::ranges::all_of(request.words, is_word) && request.dictionaries.size() <= RecordLimits::kDictionaries &&
         std::ranges::all_of(request.dictionaries, is_name);
}

std::string encode(const Request& request) {
  ANTIPHON_CHECK(within_limits(request), "a record that is kept is within its limits");
  Writer writer;
  writer.number(kVersion);
  visit(writer, request);
  return writer.take();
}

std::string encode(const Progress& progress) {
  Writer writer;
  writer.number(kVersion);
  writer.number(std::to_underlying(progress.state));
  writer.number(progress.samples_rendered);
  writer.number(progress.samples_written);
  writer.number(progress.bytes_written);
  writer.flag(progress.length.has_value());
  writer.number(progress.length.value_or(0));
  const auto count = std::min(progress.segment_ends.size(), RecordLimits::kSegments);
  writer.number(static_cast<std::uint32_t>(count));
  for (const auto end : std::span(progress.segment_ends).first(count)) writer.number(end);
  return writer.take();
}

Decoded<Request> decode_request(std::string_view bytes) {
  Reader reader(bytes);
  if (const auto error = check_version(reader)) return std::unexpected(*error);
  Request request;
  visit(reader, request);
  if (!std::isfinite(request.speed) || !std::isfinite(request.volume)) reader.refuse();
  if (request.rate < RecordLimits::kLeastRate || request.rate > RecordLimits::kMostRate) reader.refuse();
  return finish(reader, std::move(request));
}

Decoded<Progress> decode_progress(std::string_view bytes) {
  Reader reader(bytes);
  if (const auto error = check_version(reader)) return std::unexpected(*error);
  Progress progress;
  std::uint8_t state = 0;
  reader.number(state);
  if (state > std::to_underlying(State::kFailed)) reader.refuse();
  reader.number(progress.samples_rendered);
  reader.number(progress.samples_written);
  reader.number(progress.bytes_written);
  bool has_length = false;
  std::uint64_t length = 0;
  reader.flag(has_length);
  reader.number(length);
  if (!has_length && length != 0) reader.refuse();
  progress.segment_ends.resize(reader.count(RecordLimits::kSegments, sizeof(std::uint64_t)));
  for (auto& end : progress.segment_ends) reader.number(end);
  if (!std::ranges::is_sorted(progress.segment_ends)) reader.refuse();
  if (!reader.complete()) return std::unexpected(DecodeError::kMalformed);
  progress.state = static_cast<State>(state);
  if (has_length) progress.length = length;
  return progress;
}

}  // namespace antiphon::progress

std::size_t std::hash<antiphon::progress::StreamName>::operator()(
    const antiphon::progress::StreamName& name) const noexcept {
  std::size_t value = 0;  // random bits as they are
  std::memcpy(&value, name.bytes.data(), sizeof value);
  return value;
}
