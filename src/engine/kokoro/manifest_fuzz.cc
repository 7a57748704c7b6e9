#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/kokoro/manifest.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::engine::kokoro;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto manifest = parse_manifest(text)) {
    if (!parse_manifest(to_json(*manifest))) __builtin_trap();
  }
  return 0;
}
