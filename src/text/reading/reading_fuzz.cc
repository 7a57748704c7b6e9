// Any bytes: reading ends, its places ascend and stay within the text, and what
// is spoken is bounded.
#include <array>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "text/reading/reading.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::text::reading;
  if (size < 1) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::array kLanguages = {Language::kEnglish, Language::kOther,   Language::kGerman,    Language::kFrench,
                                     Language::kSpanish, Language::kItalian, Language::kPortuguese};
  const auto reading = read(text, kLanguages[data[0] % kLanguages.size()]);
  ANTIPHON_CHECK(reading.spoken().size() <= 64 + 64 * text.size(), "what is spoken is bounded");
  std::uint32_t last = 0;
  for (std::uint32_t at = 0; at <= reading.spoken().size(); at += 1 + static_cast<std::uint32_t>(size / 64)) {
    const auto place = reading.written_place(at, text);
    if (!place) continue;
    ANTIPHON_CHECK(*place >= last && *place <= text.size(), "places ascend within the text");
    last = *place;
  }
  return 0;
}
