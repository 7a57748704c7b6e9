#include <cstddef>
#include <cstdint>
#include <string_view>

#include "voice/surgery/operate.h"
#include "voice/surgery/spectral.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::voice::surgery;
  const std::string_view model(reinterpret_cast<const char*>(data), size);
  (void)operate(model, {});
  (void)reference_model(model, Reference::kWhole);
  (void)cut_spectral(model);
  (void)with_float_output(model);
  return 0;
}
