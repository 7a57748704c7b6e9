#include "protocol/elevenlabs/locators.h"

#include <utility>

#include "protocol/elevenlabs/speech.h"

namespace antiphon::protocol::elevenlabs {

std::vector<std::string> read_locators(json::Fields<Error>& fields) {
  constexpr std::string_view kName = "pronunciation_dictionary_locators";
  constexpr std::string_view kId = "pronunciation_dictionary_id";
  std::vector<std::string> names;
  const auto* const list = fields.find(kName);
  if (list == nullptr) return names;
  if (!list->is_array()) {
    fields.fail(Errc::kInvalidType, kName, "must be a list.");
    return names;
  }
  if (list->size() > kMostLocators) {
    fields.fail(Errc::kInputTooLong, kName, "has more than 8 items.");
    return names;
  }
  for (const auto& item : *list) {
    if (!item.is_object()) {
      fields.fail(Errc::kInvalidType, kName, "must be a list of objects.");
      return names;
    }
    json::Fields<Error> locator(item, std::string(kName) + ".");
    locator.require(kId);
    locator.read(kId, names.emplace_back(), kMaxNameCharacters);
    fields.adopt(std::move(locator));
  }
  return names;
}

}  // namespace antiphon::protocol::elevenlabs
