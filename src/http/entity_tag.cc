#include "http/entity_tag.h"

#include <algorithm>

namespace antiphon::http {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  return text.substr(0, text.find_last_not_of(kSpace) + 1);
}

}  // namespace

bool names_entity_tag(std::string_view field, std::string_view entity_tag) {
  while (!field.empty()) {
    const auto comma = std::min(field.find(','), field.size());
    auto one = trimmed(field.substr(0, comma));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == "*" || one == entity_tag) return true;
    field.remove_prefix(std::min(comma + 1, field.size()));
  }
  return false;
}

}  // namespace antiphon::http
