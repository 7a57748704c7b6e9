#include <cstddef>
#include <cstdint>
#include <string_view>

#include "voice_import/operate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::voice_import;
  const std::string_view model(reinterpret_cast<const char*>(data), size);
  (void)operate(model, {});
  (void)reference_model(model, Reference::kWhole);
  return 0;
}
