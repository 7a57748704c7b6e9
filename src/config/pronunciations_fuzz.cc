#include <cstddef>
#include <cstdint>
#include <string_view>

#include "config/config.h"
#include "config/pronunciations.h"

/// Any file is either refused with words or read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace config = antiphon::config;
  try {
    const std::string_view file(reinterpret_cast<const char*>(data), size);
    static_cast<void>(config::parse_pronunciations(file, "fuzz", "fuzz.toml"));
  } catch (const config::Error&) {
    return 0;
  }
  return 0;
}
