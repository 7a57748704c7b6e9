#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::voice {

/// UTF-8 of a phoneme to the ids that stand for it.
using PhonemeTable = std::map<std::string, std::vector<std::int64_t>>;

/// The name of a phoneme's entry in messages: `phoneme_id_map["a"]`.
[[nodiscard]] std::string phoneme_key(std::string_view phoneme);

/// Reads the object phoneme_id_map: 1 to 16 ids each, from 0 to 65,535. Throws std::runtime_error where it is
/// otherwise, or lacks one of "_", "^" and "$".
[[nodiscard]] PhonemeTable phoneme_table_from(const nlohmann::json& json);

}  // namespace antiphon::voice
