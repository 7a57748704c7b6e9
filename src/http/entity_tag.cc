#include "http/entity_tag.h"

namespace antiphon::http {
namespace {

/// What may stand between two tags.
constexpr std::string_view kBetween = " \t,";

}  // namespace

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  while (true) {
    const auto begin = if_none_match.find_first_not_of(kBetween);
    if (begin == std::string_view::npos) return false;
    if_none_match.remove_prefix(begin);
    if (if_none_match.front() == '*') return true;
    if (if_none_match.starts_with("W/")) if_none_match.remove_prefix(2);
    if (!if_none_match.starts_with('"')) return false;
    const auto end = if_none_match.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (if_none_match.substr(0, end + 1) == etag) return true;
    if_none_match.remove_prefix(end + 1);
  }
}

}  // namespace antiphon::http
