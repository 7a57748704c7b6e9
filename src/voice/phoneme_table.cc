#include "voice/phoneme_table.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "voice/strict_json.h"

namespace antiphon::voice {

std::string phoneme_key(std::string_view phoneme) {
  using Json = nlohmann::json;
  constexpr std::size_t kMostNamed = 64;
  const Json named = std::string(phoneme.substr(0, kMostNamed));
  return "phoneme_id_map[" + named.dump(-1, ' ', false, Json::error_handler_t::replace) + "]";
}

PhonemeTable phoneme_table_from(const nlohmann::json& json) {
  constexpr std::size_t kMostIds = 16;
  constexpr std::uint64_t kMostId = 65'535;
  PhonemeTable table;
  for (const auto& [phoneme, ids] : json.items()) {
    if (phoneme.empty() || !ids.is_array() || ids.empty() || ids.size() > kMostIds) {
      throw std::runtime_error(phoneme_key(phoneme) + " is not a phoneme with a list of 1 to 16 ids");
    }
    auto& list = table[phoneme];
    for (const auto& id : ids) {
      list.push_back(static_cast<std::int64_t>(whole_number(id, phoneme_key(phoneme) + ": an id", 0, kMostId)));
    }
  }
  for (const auto* needed : {"_", "^", "$"}) {
    if (!table.contains(needed)) throw std::runtime_error(std::string("phoneme_id_map lacks ") + needed);
  }
  return table;
}

}  // namespace antiphon::voice
