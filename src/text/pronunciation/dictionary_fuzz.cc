#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "text/pronunciation/dictionary.h"

using antiphon::text::pronunciation::Case;
using antiphon::text::pronunciation::Dictionary;
using antiphon::text::pronunciation::Entry;

/// Lines are entries "WRITTEN=SPOKEN", until an empty one; what follows is looked up at every place.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<Entry> entries;
  while (!rest.empty()) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.empty()) break;
    const auto sign = std::min(line.find('='), line.size());
    entries.push_back({.written = std::string(line.substr(0, sign)),
                       .spoken = std::string(line.substr(std::min(sign + 1, line.size()))),
                       .letters = entries.size() % 2 == 0 ? Case::kAny : Case::kExact});
    const auto made = Dictionary::make(entries);
    if (!made) entries.pop_back();
  }
  const auto dictionary = Dictionary::make(entries);
  ANTIPHON_CHECK(dictionary.has_value(), "entries that were taken one by one are taken together");
  for (std::size_t at = 0; at <= rest.size(); ++at) {
    const auto match = (*dictionary)->find(rest, at);
    if (match) ANTIPHON_CHECK(match->end > at && match->end <= rest.size(), "a match lies within the text");
  }
  return 0;
}
