#include "text/pronunciation/dictionary_set.h"

#include <algorithm>
#include <utility>

#include "text/characters/ascii.h"

namespace antiphon::text::pronunciation {
namespace {

/// Whether `wanted` is `tag` or its begin: "en" and "en-GB" fit "en-GB", "e" does not.
bool fits_language(std::string_view wanted, std::string_view tag) {
  if (tag.size() < wanted.size()) return false;
  const auto same = [](char a, char b) {
    const auto plain = [](char c) {
      if (c == '_') return '-';
      return characters::ascii::is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return plain(a) == plain(b);
  };
  if (!std::ranges::equal(wanted, tag.substr(0, wanted.size()), same)) return false;
  return tag.size() == wanted.size() || tag[wanted.size()] == '-' || tag[wanted.size()] == '_';
}

}  // namespace

DictionarySet::DictionarySet(std::vector<NamedDictionary> dictionaries) : dictionaries_(std::move(dictionaries)) {
  std::ranges::sort(dictionaries_, {}, &NamedDictionary::name);
}

const NamedDictionary* DictionarySet::find(std::string_view name) const {
  const auto found = std::ranges::find(dictionaries_, name, &NamedDictionary::name);
  return found == dictionaries_.end() ? nullptr : &*found;
}

Dictionaries DictionarySet::for_text(std::string_view voice, std::string_view language,
                                     std::span<const std::string> named) const {
  Dictionaries chosen;
  const auto add = [&chosen](const NamedDictionary& dictionary) {
    if (std::ranges::find(chosen, dictionary.dictionary) == chosen.end()) chosen.push_back(dictionary.dictionary);
  };
  for (const auto& name : named) {
    if (const auto* const dictionary = find(name)) add(*dictionary);
  }
  const auto fits = [&](const NamedDictionary& dictionary) {
    if (dictionary.use != Use::kAlways) return false;
    if (!dictionary.voices.empty() && std::ranges::find(dictionary.voices, voice) == dictionary.voices.end()) {
      return false;
    }
    return dictionary.language.empty() || fits_language(dictionary.language, language);
  };
  const auto is_for_voice = [](const NamedDictionary& dictionary) { return !dictionary.voices.empty(); };
  const auto is_for_language = [](const NamedDictionary& dictionary) {
    return dictionary.voices.empty() && !dictionary.language.empty();
  };
  const auto is_for_any = [](const NamedDictionary& dictionary) {
    return dictionary.voices.empty() && dictionary.language.empty();
  };
  const auto add_those = [&](const auto& is_wanted) {
    for (const auto& dictionary : dictionaries_) {
      if (is_wanted(dictionary) && fits(dictionary)) add(dictionary);
    }
  };
  add_those(is_for_voice);
  add_those(is_for_language);
  add_those(is_for_any);
  return chosen;
}

}  // namespace antiphon::text::pronunciation
