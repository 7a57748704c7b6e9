#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "voice/style_mix.h"

/// A mix that is read comes back from its number and from its text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using antiphon::voice::StyleMix;
  static const std::vector<std::string> known = {"af_heart", "af_bella", "am_adam", "bf_emma", "a"};
  const auto mix = StyleMix::parse(std::string_view(reinterpret_cast<const char*>(data), size), known);
  if (!mix) return 0;
  const auto numbered = StyleMix::of_number(mix->number(), known.size());
  const auto written = StyleMix::parse(mix->text(known), known);
  if (!numbered || !(*numbered == *mix) || !written || !(*written == *mix)) __builtin_trap();
  return 0;
}
