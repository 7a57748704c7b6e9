#include <cstddef>
#include <cstdint>
#include <string_view>

#include "voice/manifest.h"
#include "voice_import/piper_config.h"

/// Both JSON files of a voice: the one from Piper and our own.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)antiphon::voice_import::parse_piper_config(text);
  if (const auto manifest = antiphon::voice::parse_manifest(text)) {
    if (!antiphon::voice::parse_manifest(antiphon::voice::to_json(*manifest))) __builtin_trap();
  }
  return 0;
}
