#include <cstddef>
#include <cstdint>
#include <string_view>

#include "voice_import/kokoro_graph.h"
#include "voice_import/operate.h"
#include "voice_import/spectral.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::voice_import;
  const std::string_view model(reinterpret_cast<const char*>(data), size);
  (void)operate(model, {});
  (void)reference_model(model, Reference::kWhole);
  (void)cut_spectral(model);
  (void)cut_kokoro(model);
  (void)with_float_output(model);
  return 0;
}
