// Any bytes: normalising is idempotent, cutting loses nothing and respects its bound.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "text/text.h"
#include "text/utterance.h"

namespace {

std::string without_spaces(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\n') out += c;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  if (size < 2) return 0;
  const std::size_t limit = 16U + data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto normalised = text::normalise(bytes);
  ANTIPHON_CHECK(normalised.has_value() == !text::find_invalid_utf8(bytes), "normalise and validation disagree");
  if (!normalised) return 0;
  ANTIPHON_CHECK(text::normalise(*normalised).value_or("") == *normalised, "normalising is not idempotent");

  text::Utterance utterance(*normalised, {.max_chars = limit});
  std::string spoken;
  for (unsigned step = 0; !utterance.finished(); ++step) {
    const auto& segment = *utterance.next();
    ANTIPHON_CHECK(!segment.text.empty() && text::spoken_length(segment.text) <= limit, "a segment breaks its bound");
    if (step % 7 == data[1] % 7 && utterance.too_long()) continue;
    spoken += without_spaces(utterance.next()->text);
    utterance.accepted();
  }
  ANTIPHON_CHECK(spoken == without_spaces(*normalised), "segments lost or added text");
  return 0;
}
