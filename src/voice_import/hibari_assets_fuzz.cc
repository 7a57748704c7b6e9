#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/hibari/table.h"
#include "voice_import/hibari_assets.h"

namespace {

/// What was made of a package must be readable.
void check(const antiphon::voice::Result<std::string>& table) {
  if (table && !antiphon::engine::hibari::Table::parse(*table)) __builtin_trap();
}

}  // namespace

/// Every JSON file of a hibari package.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::voice_import;
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  check(lexicon_table(json));
  check(tokens_table(json));
  if (const auto tagger = tagger_tables(json)) {
    check(tagger->sure);
    check(tagger->known);
    check(tagger->weights);
  }
  (void)phoneme_ids(json, 0);
  (void)spelling_alphabet(json);
  return 0;
}
