#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "config/config.h"

/// Any file is either refused with words, or read to a configuration that prints and reads back as itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace config = antiphon::config;
  try {
    const auto read = config::parse(std::string_view(reinterpret_cast<const char*>(data), size), "fuzz");
    const auto printed = config::to_toml(read);
    ANTIPHON_CHECK(config::to_toml(config::parse(printed, "printed")) == printed, "what is printed reads back");
  } catch (const config::Error&) {
    return 0;
  }
  return 0;
}
