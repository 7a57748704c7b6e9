#include "voice/strict_json.h"

#include <fmt/format.h>

#include <stdexcept>

namespace antiphon::voice {

using Json = nlohmann::json;

std::uint64_t whole_number(const Json& value, const std::string& name, std::uint64_t least, std::uint64_t most) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number >= least && number <= most) return number;
  }
  throw std::runtime_error(fmt::format("{} is not a whole number from {} to {}", name, least, most));
}

StrictObject::StrictObject(const Json& object, std::string where) : object_(object), where_(std::move(where)) {
  if (!object.is_object()) throw std::runtime_error(where_ + " is not an object");
}

bool StrictObject::has(const char* key) const { return object_.contains(key); }

const Json& StrictObject::any(const char* key) {
  const auto it = object_.find(key);
  if (it == object_.end()) refuse(key, "is missing");
  taken_.insert(key);
  return *it;
}

std::string StrictObject::text(const char* key, std::size_t most_bytes) {
  const auto& value = any(key);
  if (!value.is_string()) refuse(key, "is not a text");
  auto text = value.get<std::string>();
  if (text.size() > most_bytes) refuse(key, "is too long");
  return text;
}

bool StrictObject::flag(const char* key) {
  const auto& value = any(key);
  if (!value.is_boolean()) refuse(key, "is neither true nor false");
  return value.get<bool>();
}

double StrictObject::number(const char* key, double least, double most) {
  const auto& value = any(key);
  const double number = value.is_number() ? value.get<double>() : least - 1;
  if (!(number >= least && number <= most)) refuse(key, fmt::format("is not a number from {} to {}", least, most));
  return number;
}

std::uint64_t StrictObject::whole(const char* key, std::uint64_t least, std::uint64_t most) {
  return whole_number(any(key), where_ + key, least, most);
}

std::uint32_t StrictObject::whole32(const char* key, std::uint32_t least, std::uint32_t most) {
  return static_cast<std::uint32_t>(whole(key, least, most));
}

const Json& StrictObject::array(const char* key, std::size_t most_items) {
  const auto& value = any(key);
  if (!value.is_array()) refuse(key, "is not an array");
  if (value.size() > most_items) refuse(key, "has too many items");
  return value;
}

const Json& StrictObject::object(const char* key, std::size_t most_items) {
  const auto& value = any(key);
  if (!value.is_object()) refuse(key, "is not an object");
  if (value.size() > most_items) refuse(key, "has too many items");
  return value;
}

void StrictObject::finish() const {
  for (const auto& [key, value] : object_.items()) {
    if (!taken_.contains(key)) refuse(key, "is unknown");
  }
}

void StrictObject::refuse(const std::string& key, const std::string& what) const {
  throw std::runtime_error(where_ + key + " " + what);
}

}  // namespace antiphon::voice
