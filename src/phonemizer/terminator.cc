#include "phonemizer/terminator.h"

#include <algorithm>
#include <array>

namespace antiphon::phonemizer {
namespace {

/// Characters that end a clause and the mark that they count as, as found by feeding every punctuation character of
/// the basic plane to espeak-ng 1.52.
struct Marks {
  char32_t terminator;  ///< 0 where a clause ends without a mark of its own.
  std::u32string_view characters;
};

constexpr std::array kMarks = {
    Marks{U'.',
          U".\u06D4\u0701\u0704\u1362\u166E\u1803\u1809\u2CF9\u2CFE\u2E33\u2E3C\uA4FF\uA60E\uA6F3\uFE12\uFE52"
          U"\uFF61"},
    Marks{U'!', U"!\u0703\u07F9\u1944\u203C\u2755\u2757\u2762\u2763\uFE15\uFE57"},
    Marks{U'?', U"?\u037E\u061F\u0709\u1367\u1945\u2047\u2753\u2754\u2CFA\u2CFB\uA60F\uA6F7\uFE16\uFE56"},
    Marks{U',',
          U",\u055D\u060C\u0702\u07F8\u0F14\u1363\u1802\u1808\u2E32\u2E34\u2E41\uA4FE\uA60D\uA6F5\uFE10\uFE11"
          U"\uFE50\uFE51\uFF64"},
    Marks{U':', U":\u0706\u0707\u1365\u1366\u1804\u2982\uA6F4\uFE13\uFE55"},
    Marks{U';', U";\u0387\u061B\u0708\u1364\u2013\u2014\u204F\u2E35\u2E3A\u2E3B\uA6F6\uFE14\uFE31\uFE32\uFE54"},
    Marks{0,
          U"\u2026\u1801\u22EE\u22EF\u22F0\u22F1\uFE19\u00A1\u00BF\u3001\uFF0C\uFF1A\uFF1B\u0589\u0700\u0964\u0965"
          U"\u0DF4\u0F0D\u0F0E\u10FB\u1368\u3002\uFF01\uFF0E\uFF1F"},
};

const Marks* marks_of(char32_t c) {
  const auto* const found =
      std::ranges::find_if(kMarks, [c](const Marks& marks) { return marks.characters.contains(c); });
  return found == kMarks.end() ? nullptr : found;
}

bool is_space(char32_t c) {
  constexpr std::u32string_view kSpaces = U" \t\n\v\f\r\u0085\u00A0\u2028\u2029\u202F\u205F\u3000";
  return kSpaces.contains(c) || (c >= U'\u2000' && c <= U'\u200A');
}

}  // namespace

char32_t terminator_of(std::u32string_view consumed, Stop stop) {
  if (stop == Stop::kWithin && !consumed.empty()) consumed.remove_suffix(1);
  while (!consumed.empty() && is_space(consumed.back())) consumed.remove_suffix(1);
  auto begin = consumed.size();
  while (begin > 0 && marks_of(consumed[begin - 1]) != nullptr) --begin;
  const auto run = consumed.substr(begin);
  if (run.empty() || run.starts_with(U"...")) return 0;
  return marks_of(run.front())->terminator;
}

}  // namespace antiphon::phonemizer
