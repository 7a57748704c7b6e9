#pragma once

#include <string_view>

namespace antiphon::config {

/// A key of the file. Durations are in seconds there.
struct Key {
  std::string_view section;
  std::string_view name;
  std::string_view doc;  ///< What it does; unit, range and default are added where it is printed.
  double least = 0;      ///< Of numbers and durations.
  double most = 0;
  /// The flag that sets it, too, such as "--policy", for the commands that use it; "": there is none. Its variable of
  /// the environment follows from section and name: see variable_of().
  std::string_view flag = {};
  std::string_view flag_doc = {};  ///< What the flag does besides; "": nothing.

  [[nodiscard]] constexpr Key with_flag(std::string_view name_of_flag, std::string_view doc_of_flag = {}) const {
    auto key = *this;
    key.flag = name_of_flag;
    key.flag_doc = doc_of_flag;
    return key;
  }
};

}  // namespace antiphon::config
