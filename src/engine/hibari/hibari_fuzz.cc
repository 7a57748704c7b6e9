#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/hibari/manifest.h"
#include "engine/hibari/table.h"

/// The files of a prepared voice that are not ONNX Runtime's: its manifest and its tables.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::engine::hibari;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto manifest = parse_manifest(text)) {
    if (!parse_manifest(to_json(*manifest))) __builtin_trap();
  }
  if (const auto table = Table::parse(std::string(text))) {
    const auto key = text.substr(0, text.find('\t'));
    if (table->size() > 0 && !table->has(key)) __builtin_trap();
  }
  return 0;
}
