// Any bytes, cut into pieces as the bytes themselves choose: the segments are those of the same text in one piece, keep
// their bound and lose nothing, also where the writer pauses; a pause cuts no word, and pieces are joined without loss.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "text/growing_text.h"
#include "text/piece_joiner.h"

namespace {

namespace text = antiphon::text;

std::string without_spaces(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\n') out += c;
  }
  return out;
}

/// Feeds pieces that begin where code points do, of about `step` bytes.
std::vector<text::Segment> in_pieces(std::string_view whole, std::size_t step, const text::Options& options) {
  text::GrowingText growing(options);
  std::vector<text::Segment> out;
  for (std::size_t begin = 0; begin < whole.size();) {
    auto end = std::min(begin + step, whole.size());
    while (end < whole.size() && (static_cast<unsigned char>(whole[end]) & 0xC0U) == 0x80U) ++end;
    ANTIPHON_CHECK(growing.append(whole.substr(begin, end - begin), out).has_value(), "a part of UTF-8 is UTF-8");
    begin = end;
  }
  growing.finish(out);
  return out;
}

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Text that is ASCII, with a pause of its writer behind each `step` bytes.
void check_pauses(std::string_view whole, std::size_t step, const text::Options& options) {
  text::GrowingText growing(options);
  text::PieceJoiner joiner;
  std::vector<text::Segment> out;
  std::string joined;
  for (std::size_t begin = 0; begin < whole.size(); begin += step) {
    const auto piece = whole.substr(begin, step);
    joined += joiner.join(piece);
    ANTIPHON_CHECK(growing.append(piece, out).has_value(), "ASCII is UTF-8");
    growing.flush(out, text::Flush::kWords);
    const auto next = begin + step < whole.size() ? whole[begin + step] : ' ';
    ANTIPHON_CHECK(!is_alnum(piece.back()) || !is_alnum(next) || growing.pending() > 0, "a pause cuts no word");
  }
  growing.finish(out);
  std::string spoken;
  for (const auto& segment : out) spoken += without_spaces(segment.text);
  ANTIPHON_CHECK(spoken == without_spaces(*text::normalise(whole)), "pauses lose and add nothing");
  ANTIPHON_CHECK(without_spaces(joined) == without_spaces(whole), "joining adds spaces only");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const text::Options options{.max_chars = 16U + data[0]};
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  text::GrowingText growing(options);
  std::vector<text::Segment> whole;
  const bool taken = growing.append(bytes, whole).has_value();
  ANTIPHON_CHECK(taken == !text::find_invalid_utf8(bytes), "appending and validation disagree");
  if (!taken) return 0;
  growing.finish(whole);
  ANTIPHON_CHECK(whole == in_pieces(bytes, 1U + data[1] % 32U, options), "the segments depend on the pieces");
  std::string spoken;
  for (const auto& segment : whole) {
    ANTIPHON_CHECK(!segment.text.empty() && text::spoken_length(segment.text) <= options.max_chars,
                   "a segment breaks its bound");
    spoken += without_spaces(segment.text);
  }
  // Where code points compose or are dropped, what is kept depends on where the text was looked at.
  const bool ascii = std::ranges::all_of(bytes, [](char c) { return static_cast<unsigned char>(c) < 0x80U; });
  ANTIPHON_CHECK(!ascii || spoken == without_spaces(*text::normalise(bytes)), "segments lost or added text");
  if (ascii) check_pauses(bytes, 1U + data[1] % 32U, options);
  return 0;
}
