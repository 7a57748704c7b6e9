#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

namespace antiphon::voice {

/// Takes the fields out of a JSON object from outside. Throws std::runtime_error where one is missing or of another
/// type or range, naming it; finish() throws where a field was not taken.
class StrictObject {
 public:
  /// `where` prefixes the names in messages, for example "geometry.".
  StrictObject(const nlohmann::json& object, std::string where);

  [[nodiscard]] bool has(const char* key) const;
  [[nodiscard]] std::string text(const char* key, std::size_t most_bytes);
  [[nodiscard]] bool flag(const char* key);
  [[nodiscard]] double number(const char* key, double least, double most);
  [[nodiscard]] std::uint64_t whole(const char* key, std::uint64_t least, std::uint64_t most);
  [[nodiscard]] std::uint32_t whole32(const char* key, std::uint32_t least, std::uint32_t most);
  [[nodiscard]] const nlohmann::json& array(const char* key, std::size_t most_items);
  [[nodiscard]] const nlohmann::json& object(const char* key, std::size_t most_items);
  /// The field, whatever it is.
  [[nodiscard]] const nlohmann::json& any(const char* key);
  void finish() const;

  [[noreturn]] void refuse(const std::string& key, const std::string& what) const;

 private:
  const nlohmann::json& object_;
  std::string where_;
  std::set<std::string, std::less<>> taken_;
};

/// A whole number of a JSON value, or a std::runtime_error that begins with `name`.
[[nodiscard]] std::uint64_t whole_number(const nlohmann::json& value, const std::string& name, std::uint64_t least,
                                         std::uint64_t most);

}  // namespace antiphon::voice
