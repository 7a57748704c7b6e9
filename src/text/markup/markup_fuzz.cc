// Any UTF-8, cut into pieces as its bytes themselves choose: what comes of it is that of the same text in one piece, is
// UTF-8, has no private sign of a client's, and its stretches are the whole text.
#include <algorithm>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "text/characters/characters.h"
#include "text/characters/signs.h"
#include "text/markup/cleaner.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::text;
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    if (characters::decode_next(text, at) == 0xFFFD && text.substr(begin, at - begin) != "\xEF\xBF\xBD") return 0;
  }
  const markup::Options options{.markup = (data[1] & 1U) != 0 ? markup::Markup::kRead : markup::Markup::kStrip,
                                .emoji = (data[1] & 2U) != 0 ? markup::Emoji::kNamed : markup::Emoji::kSilent};
  markup::Cleaner at_once(options);
  markup::Clean whole;
  at_once.append(text, whole);
  at_once.flush(whole);
  markup::Cleaner cleaner(options);
  markup::Clean out;
  for (std::size_t begin = 0; begin < text.size();) {
    auto end = std::min(begin + 1 + data[0] % 16, text.size());
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    cleaner.append(text.substr(begin, end - begin), out);
    begin = end;
  }
  cleaner.flush(out);
  // Pauses and phonemes come of tags and brackets alone.
  const bool asks = options.markup == markup::Markup::kStrip && (text.contains('<') || text.contains('['));
  for (std::size_t at = 0; at < whole.text.size();) {
    const auto begin = at;
    const char32_t c = characters::decode_next(whole.text, at);
    const bool own = characters::parts_segments(c) || characters::is_say_as(c) || c == characters::kSayAsEnd ||
                     c == characters::kPhonemesBegin || c == characters::kPhonemesEnd;
    ANTIPHON_CHECK(!characters::is_private_sign(c) || (asks && own), "a client's private sign is in the result");
    const bool stray = c == 0xFFFD;
    ANTIPHON_CHECK(!stray || whole.text.substr(begin, at - begin) == "\xEF\xBF\xBD", "the result is no UTF-8");
  }
  ANTIPHON_CHECK(out.text == whole.text, "the result depends on the pieces");
  ANTIPHON_CHECK(out.stretches == whole.stretches, "the stretches depend on the pieces");
  std::size_t written = 0;
  std::size_t clean = 0;
  for (const auto& stretch : whole.stretches) {
    written += stretch.written;
    clean += stretch.clean;
  }
  ANTIPHON_CHECK(written == text.size() && clean == whole.text.size(), "the stretches are the whole text");
  return 0;
}
