#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "text/pronunciation/dictionary.h"

namespace antiphon::text::pronunciation {

/// Whether a dictionary counts for every text that it fits, or only where a request names it.
enum class Use : std::uint8_t { kAlways, kWhereNamed };

/// A dictionary of the operator's, and what it is for.
struct NamedDictionary {
  std::string name;
  std::string language{};             ///< BCP 47, or its begin, such as en; "": any.
  std::vector<std::string> voices{};  ///< Ids; empty: any.
  Use use = Use::kAlways;
  std::shared_ptr<const Dictionary> dictionary;
};

/// The dictionaries of a server. A value; what it returns stays valid by itself.
class DictionarySet {
 public:
  DictionarySet() = default;
  /// In the order of their names.
  explicit DictionarySet(std::vector<NamedDictionary> dictionaries);

  [[nodiscard]] std::span<const NamedDictionary> all() const { return dictionaries_; }
  /// Returns null if there is none of that name.
  [[nodiscard]] const NamedDictionary* find(std::string_view name) const;
  /// Those that count for a text of a voice, in the order in which they are asked: first those of `named`, in their
  /// order, whatever they are for; then those for this voice, those for its language, and those for any. Names that are
  /// not there are left out.
  [[nodiscard]] Dictionaries for_text(std::string_view voice, std::string_view language,
                                      std::span<const std::string> named) const;

 private:
  std::vector<NamedDictionary> dictionaries_;
};

}  // namespace antiphon::text::pronunciation
