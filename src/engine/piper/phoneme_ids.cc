#include "engine/piper/phoneme_ids.h"

namespace antiphon::engine::piper {
namespace {

constexpr char32_t kBegin = U'^';
constexpr char32_t kPad = U'_';
constexpr char32_t kEnd = U'$';

/// Punctuation, stress and length say nothing by themselves.
bool sounds(char32_t c) {
  constexpr std::u32string_view kSilent = U" !\"#'(),-.:;?^_$\u02C8\u02CC\u02D0\u02D1";
  return !kSilent.contains(c);
}

}  // namespace

Result<PhonemeIds> PhonemeIds::make(PhonemeMap map) {
  for (const char32_t mark : {kBegin, kPad, kEnd}) {
    const auto found = map.find(mark);
    if (found == map.end() || found->second.empty()) {
      return std::unexpected(Error{Errc::kVoiceCorrupt, "the voice's phoneme map lacks one of ^ _ $"});
    }
  }
  return PhonemeIds(std::move(map));
}

Result<std::vector<std::int64_t>> PhonemeIds::ids_of(std::u32string_view phonemes,
                                                     std::vector<std::size_t>* starts) const {
  std::vector<std::int64_t> ids;
  const auto add = [&](const std::vector<std::int64_t>& more) { ids.insert(ids.end(), more.begin(), more.end()); };
  const auto& pad = map_.at(kPad);
  bool heard = false;
  add(map_.at(kBegin));
  add(pad);
  for (const char32_t phoneme : phonemes) {
    const auto found = map_.find(phoneme);
    if (starts != nullptr) starts->push_back(ids.size());
    if (found == map_.end()) continue;
    add(found->second);
    add(pad);
    heard = heard || sounds(phoneme);
  }
  add(map_.at(kEnd));
  if (!heard) return std::unexpected(Error{Errc::kNothingToSpeak, "the text has no phoneme of the voice"});
  return ids;
}

}  // namespace antiphon::engine::piper
