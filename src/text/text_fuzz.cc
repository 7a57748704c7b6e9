// Any bytes: normalising is idempotent, cutting loses nothing and respects its bound, and the pieces of the original
// follow each other.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "text/original_text.h"
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

/// The same of a text whose markup is read.
void check_markup(std::string_view bytes, const antiphon::text::Options& options) {
  using namespace antiphon;
  text::OriginalText original;
  original.append(bytes);
  original.read_by(options);
  original.finish();
  std::string written;
  text::Utterance utterance(text::prepare(bytes, options).value_or(""), options);
  for (; !utterance.finished(); utterance.accepted()) {
    const auto& segment = *utterance.next();
    ANTIPHON_CHECK(!segment.text.empty() && text::spoken_length(segment.text) <= options.max_chars,
                   "a segment breaks its bound");
    const auto piece = original.take(segment.text);
    ANTIPHON_CHECK(std::ranges::is_sorted(piece.places) && piece.places.back() <= piece.text.size(), "places ascend");
    written += piece.text;
  }
  ANTIPHON_CHECK(bytes.starts_with(written), "the pieces are not the original");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon;
  if (size < 2) return 0;
  const std::size_t limit = 16U + data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  // As it is written: only the private signs of a client are left out.
  const auto normalised = text::prepare(bytes, {.normalise = text::Normalise::kOff});
  ANTIPHON_CHECK(normalised.has_value() == !text::find_invalid_utf8(bytes), "normalise and validation disagree");
  if (!normalised) return 0;
  ANTIPHON_CHECK(text::normalise(*normalised).value_or("") == *normalised, "normalising is not idempotent");

  text::Utterance utterance(*normalised, {.max_chars = limit});
  text::OriginalText original;
  original.append(bytes);
  original.finish();
  std::string spoken;
  std::string written;
  for (unsigned step = 0; !utterance.finished(); ++step) {
    const auto& segment = *utterance.next();
    ANTIPHON_CHECK(!segment.text.empty() && text::spoken_length(segment.text) <= limit, "a segment breaks its bound");
    if (step % 7 == data[1] % 7 && utterance.too_long()) continue;
    spoken += without_spaces(utterance.next()->text);
    const auto piece = original.take(utterance.next()->text);
    ANTIPHON_CHECK(piece.places.size() == utterance.next()->text.size() + 1, "each byte has a place");
    ANTIPHON_CHECK(std::ranges::is_sorted(piece.places) && piece.places.back() <= piece.text.size(), "places ascend");
    written += piece.text;
    utterance.accepted();
  }
  ANTIPHON_CHECK(bytes.starts_with(written), "the pieces are not the original");
  ANTIPHON_CHECK(spoken == without_spaces(*normalised), "segments lost or added text");
  check_markup(bytes, {.max_chars = limit});
  return 0;
}
