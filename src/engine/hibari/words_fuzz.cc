#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/hibari/characters.h"
#include "engine/hibari/groups.h"
#include "engine/hibari/lexicon.h"
#include "engine/hibari/tagger.h"
#include "engine/hibari/tokenizer.h"

/// Any text through the rules of reading, with small tables.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::engine::hibari;
  constexpr std::size_t kMost = 4'096;
  const auto table = [](const char* text) { return std::move(*Table::parse(text)); };
  static const Tokenizer tokenizer(table("can't\tca\tn't\n"));
  static const Tagger tagger({.names = {"$", "CD", "NN", "."},
                              .sure = table("$\t$\n.\t.\n3\tCD\n"),
                              .known = table("a\t\n"),
                              .weights = table("b\t2 10 1 3\n")});
  static const Lexicon lexicon(
      {.words = table("A\tA\na\tA\nthree\tTAG=T\tDEFAULT=\nword\tw\n"), .more_words = table("")});
  const std::string_view bytes(reinterpret_cast<const char*>(data), size < kMost ? size : kMost);
  const auto text = to_utf32(bytes);
  auto tokens = tokenizer.cut(text);
  std::size_t at = 0;
  for (const auto& token : tokens) {
    if (token.text.empty() || token.begin < at || token.end > text.size()) __builtin_trap();
    at = token.end;
  }
  tagger.tag(tokens);
  Context context;
  for (auto& group : grouped(tokens)) {
    const auto whole = merged(group);
    const auto phonemes = lexicon.read(whole, context);
    context = context_before(whole, phonemes.value_or(U""), context);
    settle(group);
    (void)phonemes_of(group);
  }
  return 0;
}
