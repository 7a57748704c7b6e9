#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/kokoro/front/styles.h"

/// Any bytes as a table of styles, as they are and behind a head that makes room for one style.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::engine::kokoro::front;
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto read = Styles::parse(bytes);
  if (read && read->names().empty()) __builtin_trap();
  if (size > kStyleBytes) return 0;
  auto rows = bytes;
  rows.resize(kStyleBytes);
  const auto packed = Styles::pack(std::vector<NamedStyle>{{.name = "af_a", .bytes = std::move(rows)}});
  if (!packed) return 0;
  const auto styles = Styles::parse(*packed);
  if (!styles) __builtin_trap();
  for (const auto signs : std::to_array<std::size_t>({0, 1, 509, 510})) {
    for (const float value : styles->mixed(antiphon::voice::StyleMix(0), signs)) {
      if (!(value >= -Styles::kMostValue && value <= Styles::kMostValue)) __builtin_trap();
    }
  }
  return 0;
}
