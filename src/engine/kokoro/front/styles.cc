#include "engine/kokoro/front/styles.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/check.h"

namespace antiphon::engine::kokoro::front {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kHead = "ANTIPHON STYLES 1\n";
constexpr std::size_t kMostCountDigits = 2;

std::unexpected<std::string> wrong(std::string what) { return std::unexpected(std::move(what)); }

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= Styles::kMostNameBytes &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

float float_at(std::string_view bytes, std::size_t place) {
  float value = 0;
  std::memcpy(&value, bytes.data() + place * sizeof(float), sizeof(float));
  return value;
}

/// Whether all of it can be summed without a doubt; what is no number compares false.
bool is_sound(std::string_view rows) {
  for (std::size_t i = 0; i < rows.size() / sizeof(float); ++i) {
    if (!(std::abs(float_at(rows, i)) <= Styles::kMostValue)) return false;
  }
  return true;
}

/// Takes a line without its end off the front; nullopt where none of at most `most` bytes ends.
std::optional<std::string_view> take_line(std::string_view& rest, std::size_t most) {
  const auto end = rest.substr(0, most + 1).find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

base::Result<std::string, std::string> Styles::pack(std::span<const NamedStyle> styles) {
  auto packed = std::string(kHead) + std::to_string(styles.size()) + '\n';
  for (const auto& style : styles) packed += style.name + '\n';
  for (const auto& style : styles) {
    if (style.bytes.size() != kStyleBytes) {
      return wrong(fmt::format("the style {} has {} bytes, not {}", style.name, style.bytes.size(), kStyleBytes));
    }
    packed += style.bytes;
  }
  if (auto parsed = parse(packed); !parsed) return std::unexpected(std::move(parsed.error()));
  return packed;
}

base::Result<Styles, std::string> Styles::parse(std::string bytes) {
  if (bytes.size() > kMostBytes) return wrong("is too large");
  if (!bytes.starts_with(kHead)) return wrong("is no table of styles of this version");
  Styles styles;
  auto rest = std::string_view(bytes).substr(kHead.size());
  const auto digits = take_line(rest, kMostCountDigits);
  std::size_t count = 0;
  const bool counted = digits && std::from_chars(digits->data(), digits->data() + digits->size(), count).ptr ==
                                     digits->data() + digits->size();
  if (!counted || count == 0 || count > voice::kMostStyles) return wrong("has another number of styles than it can");
  for (std::size_t i = 0; i < count; ++i) {
    const auto name = take_line(rest, kMostNameBytes);
    if (!name || !is_name(*name)) return wrong(fmt::format("has no name for style {}", i));
    if (std::ranges::find(styles.names_, *name) != styles.names_.end())
      return wrong(fmt::format("has {} twice", *name));
    styles.names_.emplace_back(*name);
  }
  if (rest.size() != count * kStyleBytes) return wrong("ends too early or too late");
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_sound(rest.substr(i * kStyleBytes, kStyleBytes))) {
      return wrong(fmt::format("has a value in {} that is none of a style", styles.names_[i]));
    }
  }
  styles.rows_at_ = bytes.size() - rest.size();
  styles.bytes_ = std::move(bytes);
  return styles;
}

Style Styles::mixed(const voice::StyleMix& mix, std::size_t signs) const {
  const auto row = std::min(signs, kStyleRows - 1);
  Style sum{};
  for (const auto& one : mix.styles()) {
    ANTIPHON_CHECK(one.style < names_.size(), "the mix is of another voice");
    const auto floats = std::string_view(bytes_).substr(
        rows_at_ + one.style * kStyleBytes + row * kStyleFloats * sizeof(float), kStyleFloats * sizeof(float));
    const float weight = static_cast<float>(one.parts) / voice::kMixParts;
    for (std::size_t i = 0; i < sum.size(); ++i) sum.at(i) += weight * float_at(floats, i);
  }
  return sum;
}

}  // namespace antiphon::engine::kokoro::front
