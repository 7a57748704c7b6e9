#pragma once

#include <bit>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>

#include "wire/codec.h"
#include "wire/fields.h"

namespace antiphon::wire {

static_assert(std::endian::native == std::endian::little, "the frames are little-endian and copied as they are");

/// Appends fields to a frame. After the first failure it does nothing more.
class Writer {
 public:
  explicit Writer(std::vector<std::byte>& out) : out_(out) {}

  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  template <class T>
    requires std::is_arithmetic_v<T>
  void number(T value) {
    append(&value, sizeof value);
  }

  void flag(bool value) { number(static_cast<std::uint8_t>(value ? 1 : 0)); }
  void name(const std::string& value) { array(std::span(value), Limits::kNameBytes); }
  void text(const std::string& value) { array(std::span(value), Limits::kTextBytes); }
  void blob(const std::vector<std::byte>& value, std::size_t limit) { array(std::span(value), limit); }
  void pcm(const std::vector<std::int16_t>& value) { array(std::span(value), Limits::kSamples); }

  void names(const std::vector<std::string>& values, std::size_t limit) {
    if (!count(values.size(), limit)) return;
    for (const auto& value : values) name(value);
  }

  template <class T>
  void list(const std::vector<T>& values, std::size_t limit) {
    if (!count(values.size(), limit)) return;
    for (const auto& value : values) fields::visit(*this, value);
  }

 private:
  template <class T>
  void array(std::span<const T> values, std::size_t limit) {
    if (count(values.size(), limit)) append(values.data(), values.size_bytes());
  }

  bool count(std::size_t n, std::size_t limit) {
    if (n > limit && !failure_) failure_ = Error{Errc::kTooLarge, "a field is longer than its limit"};
    if (failure_) return false;
    number(static_cast<std::uint32_t>(n));
    return true;
  }

  void append(const void* data, std::size_t size) {
    if (failure_) return;
    const auto* bytes = static_cast<const std::byte*>(data);
    out_.insert(out_.end(), bytes, bytes + size);
  }

  std::vector<std::byte>& out_;
  std::optional<Error> failure_;
};

/// Takes fields from the payload of one frame. Every count is compared with its limit and with the bytes that are left
/// before anything is allocated. After the first failure it yields nothing more.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> payload) : rest_(payload) {}

  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

  template <class T>
    requires std::is_arithmetic_v<T>
  void number(T& value) {
    take(&value, sizeof value);
  }

  void flag(bool& value) {
    std::uint8_t byte = 0;
    number(byte);
    if (byte > 1) fail(Errc::kMalformed, "a flag is neither 0 nor 1");
    value = byte == 1;
  }

  void name(std::string& value) { array(value, Limits::kNameBytes); }
  void text(std::string& value) { array(value, Limits::kTextBytes); }
  void blob(std::vector<std::byte>& value, std::size_t limit) { array(value, limit); }
  void pcm(std::vector<std::int16_t>& value) { array(value, Limits::kSamples); }

  void names(std::vector<std::string>& values, std::size_t limit) {
    values.resize(count(limit, sizeof(std::uint32_t)));
    for (auto& value : values) name(value);
  }

  template <class T>
  void list(std::vector<T>& values, std::size_t limit) {
    values.resize(count(limit, kLeastElementBytes));
    for (auto& value : values) fields::visit(*this, value);
  }

 private:
  static constexpr std::size_t kLeastElementBytes = 8;  ///< A Mark; a Grain is larger.

  template <class Container>
  void array(Container& values, std::size_t limit) {
    values.resize(count(limit, sizeof(typename Container::value_type)));
    take(values.data(), values.size() * sizeof(typename Container::value_type));
  }

  /// The count in front of an array whose elements take at least `element_bytes` each; 0 on a failure.
  std::size_t count(std::size_t limit, std::size_t element_bytes) {
    std::uint32_t n = 0;
    number(n);
    if (n > limit) fail(Errc::kTooLarge, "a field is longer than its limit");
    if (n > rest_.size() / element_bytes) fail(Errc::kMalformed, "a count exceeds the frame");
    return failure_ ? 0 : n;
  }

  void take(void* data, std::size_t size) {
    if (size > rest_.size()) fail(Errc::kMalformed, "the frame ends inside a field");
    if (failure_ || size == 0) return;
    std::memcpy(data, rest_.data(), size);
    rest_ = rest_.subspan(size);
  }

  void fail(Errc code, const char* message) {
    if (!failure_) failure_ = Error{code, message};
  }

  std::span<const std::byte> rest_;
  std::optional<Error> failure_;
};

}  // namespace antiphon::wire
