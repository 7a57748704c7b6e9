#include "wire/codec.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "wire/archive.h"

namespace antiphon::wire {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);
constexpr std::size_t kHeaderBytes = kLengthBytes + 1;
/// Buffers above this are given back once they are empty, so that one huge frame does not stay resident.
constexpr std::size_t kKeptBytes = 1U << 20;

constexpr std::array<std::string_view, std::variant_size_v<Message>> kNames = {
    "Hello",       "LoadVoice", "UnloadVoice", "PlanJob",   "RenderJob",  "Cancel", "StatsRequest", "Ready",
    "VoiceLoaded", "Started",   "Planned",     "GrainDone", "RenderDone", "Failed", "Stats",        "Join",
    "Welcome",     "Refused",   "Ping",        "Pong",      "Leave",      "Lost"};

// Never another number: see the messages.
constexpr std::size_t kJoinType = 16;
constexpr std::size_t kRefusedType = 18;
static_assert(std::is_same_v<std::variant_alternative_t<kJoinType - 1, Message>, Join>);
static_assert(std::is_same_v<std::variant_alternative_t<kRefusedType - 1, Message>, Refused>);

std::unexpected<Error> error(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

std::string at(std::size_t index, const std::string& what) { return std::string(kNames[index]) + ": " + what; }

template <class M>
Result<Message> parse(std::span<const std::byte> payload) {
  M message;
  Reader reader(payload);
  fields::visit(reader, message);
  if (reader.failure()) return std::unexpected(*reader.failure());
  if (reader.left() != 0) return error(Errc::kMalformed, "bytes are left after the last field");
  return Message(std::move(message));
}

using Parse = Result<Message> (*)(std::span<const std::byte>);

template <std::size_t... I>
constexpr std::array<Parse, sizeof...(I)> parsers(std::index_sequence<I...> /*types*/) {
  return {&parse<std::variant_alternative_t<I, Message>>...};
}

constexpr auto kParsers = parsers(std::make_index_sequence<std::variant_size_v<Message>>());

Result<Message> parse_frame(std::span<const std::byte> frame) {
  const auto type = std::to_integer<std::size_t>(frame[kLengthBytes]);
  if (type == 0 || type > kParsers.size()) {
    return error(Errc::kUnknownType, "message type " + std::to_string(type) + " is unknown");
  }
  auto message = kParsers[type - 1](frame.subspan(kHeaderBytes));
  if (!message) return error(message.error().code, at(type - 1, message.error().message));
  if (auto valid = validate(*message); !valid) return std::unexpected(std::move(valid.error()));
  return message;
}

}  // namespace

std::string_view name_of(const Message& message) { return kNames[message.index()]; }

Result<void> encode(const Message& message, std::vector<std::byte>& out) {
  if (auto valid = validate(message); !valid) return valid;
  const auto begin = out.size();
  Writer writer(out);
  writer.number(std::uint32_t{0});
  writer.number(static_cast<std::uint8_t>(message.index() + 1));
  std::visit([&writer](const auto& m) { fields::visit(writer, m); }, message);
  const auto size = out.size() - begin;
  if (writer.failure() || size > Limits::kFrameBytes) {
    out.resize(begin);
    return error(Errc::kTooLarge, at(message.index(), "exceeds the limits of a frame"));
  }
  const auto length = static_cast<std::uint32_t>(size - kLengthBytes);
  std::memcpy(out.data() + begin, &length, sizeof length);
  return std::expected<void, Error>();
}

std::optional<std::uint32_t> version_of_join(std::span<const std::byte> frame) {
  std::uint32_t version = 0;
  if (frame.size() < kHeaderBytes + sizeof version) return std::nullopt;
  if (std::to_integer<std::size_t>(frame[kLengthBytes]) != kJoinType) return std::nullopt;
  std::memcpy(&version, frame.data() + kHeaderBytes, sizeof version);
  return version;
}

void Decoder::feed(std::span<const std::byte> bytes) {
  if (failure_) return;
  compact();
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

Result<std::optional<Message>> Decoder::next() {
  if (failure_) return std::unexpected(*failure_);
  const auto available = std::span<const std::byte>(buffer_).subspan(begin_);
  if (available.size() < kLengthBytes) return std::optional<Message>();
  std::uint32_t length = 0;
  std::memcpy(&length, available.data(), sizeof length);
  if (length == 0) {
    failure_ = Error{Errc::kMalformed, "a frame without a type"};
    return std::unexpected(*failure_);
  }
  if (length > frame_limit_ - kLengthBytes) {
    failure_ = Error{Errc::kTooLarge, "a frame of " + std::to_string(length) + " bytes exceeds the limit"};
    return std::unexpected(*failure_);
  }
  const auto frame_bytes = kLengthBytes + length;
  if (available.size() < frame_bytes) {
    // Grow by doubling as the bytes come, but never beyond the frame announced.
    if (buffer_.capacity() < begin_ + frame_bytes) {
      buffer_.reserve(std::min(begin_ + frame_bytes, std::max<std::size_t>(4096, 2 * buffer_.size())));
    }
    return std::optional<Message>();
  }
  auto message = parse_frame(available.first(frame_bytes));
  if (!message) {
    failure_ = std::move(message.error());
    refused_join_ = version_of_join(available.first(frame_bytes));
    return std::unexpected(*failure_);
  }
  begin_ += frame_bytes;
  return std::optional<Message>(std::move(*message));
}

void Decoder::compact() {
  if (begin_ == 0) return;
  buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(begin_));
  begin_ = 0;
  if (buffer_.empty() && buffer_.capacity() > kKeptBytes) buffer_.shrink_to_fit();
}

}  // namespace antiphon::wire
