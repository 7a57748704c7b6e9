#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/hibari/characters.h"
#include "engine/kokoro/front/alphabet.h"
#include "engine/kokoro/front/espeak_reader.h"

/// Any text cut at its marks, where words sound as they are written: words ascend in the text and among the phonemes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace hibari = antiphon::engine::hibari;
  using namespace antiphon::engine::kokoro::front;
  constexpr std::size_t kMost = 4'096;
  const std::string_view text(reinterpret_cast<const char*>(data), size < kMost ? size : kMost);
  const auto reading = read_between_marks(text, [&](std::string_view words) {
    if (words.empty() || words.data() < text.data() || words.data() + words.size() > text.data() + text.size()) {
      __builtin_trap();
    }
    const auto characters = hibari::to_utf32(words);
    if (hibari::is_space(characters.front()) || hibari::is_space(characters.back())) __builtin_trap();
    (void)english_alphabet(characters, hibari::Accent::kAmerican);
    (void)english_alphabet(characters, hibari::Accent::kBritish);
    return antiphon::engine::Result<std::u32string>(common_alphabet(characters));
  });
  if (!reading) __builtin_trap();
  std::size_t text_at = 0;
  std::size_t phoneme_at = 0;
  for (const auto& word : reading->words) {
    if (word.text_begin < text_at || word.text_end <= word.text_begin || word.text_end > text.size()) __builtin_trap();
    if (word.phoneme_begin < phoneme_at || word.phoneme_end <= word.phoneme_begin) __builtin_trap();
    text_at = word.text_end;
    phoneme_at = word.phoneme_end;
  }
  if (phoneme_at > reading->phonemes.size()) __builtin_trap();
  return 0;
}
