#include "network/codec.h"

#include <bit>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace antiphon::network {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are copied as they lie in memory");

constexpr std::string_view kMagic = "ANTIPHON network";
constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMostItems = 4'096;

enum class Kind : std::uint8_t { kPrior, kConv, kConvTranspose, kMap, kChannels, kJoin };

class Writer {
 public:
  template <class T>
  void put(T value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(const Tensor& tensor) {
    put(tensor.offset);
    put(tensor.count);
  }
  void put(const FromPrior& /*prior*/) { put(Kind::kPrior); }
  void put(const FromConv& conv) {
    put(Kind::kConv);
    for (const auto value : {conv.input, conv.kernel, conv.dilation, conv.pad_left}) put(value);
    put(conv.weights);
    put(conv.bias);
  }
  void put(const FromConvTranspose& conv) {
    put(Kind::kConvTranspose);
    for (const auto value : {conv.input, conv.kernel, conv.stride, conv.pad_left}) put(value);
    put(conv.weights);
    put(conv.bias);
  }
  void put(const FromMap& map) {
    put(Kind::kMap);
    put(map.function);
    put(map.slope);
    put(static_cast<std::uint32_t>(map.operands.size()));
    for (const auto& operand : map.operands) {
      put(operand.kind);
      put(operand.number);
      put(operand.constant);
    }
  }
  void put(const FromChannels& part) {
    put(Kind::kChannels);
    put(part.input);
    put(part.begin);
    put(part.step);
  }
  void put(const FromJoin& join) {
    put(Kind::kJoin);
    put(static_cast<std::uint32_t>(join.inputs.size()));
    for (const auto input : join.inputs) put(input);
  }
  void put(std::string_view text) { bytes_ += text; }
  void align() { bytes_.resize((bytes_.size() + kAlignment - 1) / kAlignment * kAlignment); }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads numbers one after another; after one that is not there, all are zero and failed() is true.
class Reader {
 public:
  Reader(std::span<const std::byte> bytes, std::size_t from) : bytes_(bytes), at_(from) {}

  template <class T>
  void get(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (bytes_.size() - at_ < sizeof value) {
      failed_ = true;
      value = {};
      return;
    }
    std::memcpy(&value, bytes_.data() + at_, sizeof value);
    at_ += sizeof value;
  }
  template <class T>
  [[nodiscard]] T get() {
    T value{};
    get(value);
    return value;
  }
  void get(Tensor& tensor) {
    get(tensor.offset);
    get(tensor.count);
  }
  /// A number of items, each of which takes a byte at least.
  [[nodiscard]] std::size_t count() {
    const auto value = get<std::uint32_t>();
    if (value > kMostItems || value > bytes_.size() - at_) failed_ = true;
    return failed_ ? 0 : value;
  }
  void align() {
    const auto aligned = (at_ + kAlignment - 1) / kAlignment * kAlignment;
    if (aligned > bytes_.size()) failed_ = true;
    at_ = failed_ ? bytes_.size() : aligned;
  }
  [[nodiscard]] std::span<const std::byte> rest() const { return bytes_.subspan(at_); }
  void fail() { failed_ = true; }
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_;
  bool failed_ = false;
};

FromConv conv_from(Reader& reader) {
  FromConv conv;
  for (auto* value : {&conv.input, &conv.kernel, &conv.dilation, &conv.pad_left}) reader.get(*value);
  reader.get(conv.weights);
  reader.get(conv.bias);
  return conv;
}

FromConvTranspose conv_transpose_from(Reader& reader) {
  FromConvTranspose conv;
  for (auto* value : {&conv.input, &conv.kernel, &conv.stride, &conv.pad_left}) reader.get(*value);
  reader.get(conv.weights);
  reader.get(conv.bias);
  return conv;
}

FromMap map_from(Reader& reader) {
  FromMap map;
  reader.get(map.function);
  reader.get(map.slope);
  map.operands.resize(reader.count());
  for (auto& operand : map.operands) {
    reader.get(operand.kind);
    reader.get(operand.number);
    reader.get(operand.constant);
  }
  return map;
}

FromChannels channels_from(Reader& reader) {
  FromChannels part;
  reader.get(part.input);
  reader.get(part.begin);
  reader.get(part.step);
  return part;
}

FromJoin join_from(Reader& reader) {
  FromJoin join;
  join.inputs.resize(reader.count());
  for (auto& input : join.inputs) reader.get(input);
  return join;
}

Stream stream_from(Reader& reader) {
  Stream stream;
  for (auto* value : {&stream.channels, &stream.rate, &stream.lag}) reader.get(*value);
  switch (reader.get<Kind>()) {
    case Kind::kPrior:
      return stream;
    case Kind::kConv:
      stream.from = conv_from(reader);
      return stream;
    case Kind::kConvTranspose:
      stream.from = conv_transpose_from(reader);
      return stream;
    case Kind::kMap:
      stream.from = map_from(reader);
      return stream;
    case Kind::kChannels:
      stream.from = channels_from(reader);
      return stream;
    case Kind::kJoin:
      stream.from = join_from(reader);
      return stream;
  }
  reader.fail();
  return stream;
}

}  // namespace

std::string encode(const Network& network) {
  Writer writer;
  writer.put(kMagic);
  writer.put(kVersion);
  writer.put(network.output);
  writer.put(static_cast<std::uint32_t>(network.speaker_channels.size()));
  for (const auto channels : network.speaker_channels) writer.put(channels);
  writer.put(static_cast<std::uint32_t>(network.streams.size()));
  for (const auto& stream : network.streams) {
    for (const auto value : {stream.channels, stream.rate, stream.lag}) writer.put(value);
    std::visit([&](const auto& from) { writer.put(from); }, stream.from);
  }
  writer.align();
  writer.put(
      std::string_view(reinterpret_cast<const char*>(network.weights.data()), network.weights.size() * sizeof(float)));
  return writer.take();
}

Result<Network> decode(std::span<const std::byte> bytes) {
  if (bytes.size() < kMagic.size() || std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    return damaged("no network");
  }
  Reader reader(bytes, kMagic.size());
  if (reader.get<std::uint32_t>() != kVersion) return damaged("a network of another version: add the voice again");
  Network network;
  reader.get(network.output);
  network.speaker_channels.resize(reader.count());
  for (auto& channels : network.speaker_channels) reader.get(channels);
  const auto streams = reader.count();
  for (std::size_t i = 0; i < streams && !reader.failed(); ++i) network.streams.push_back(stream_from(reader));
  reader.align();
  const auto weights = reader.rest();
  if (reader.failed() || weights.size() % sizeof(float) != 0) return damaged("a network that ends too early");
  network.weights.resize(weights.size() / sizeof(float));
  if (!weights.empty()) std::memcpy(network.weights.data(), weights.data(), weights.size());
  if (auto sound = check(network); !sound) return std::unexpected(std::move(sound.error()));
  return network;
}

}  // namespace antiphon::network
