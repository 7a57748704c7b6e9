#include "voice_import/hibari_assets.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "voice/strict_json.h"

namespace antiphon::voice_import {
namespace {

using Json = nlohmann::json;
/// In the order of their bytes, which is the engine's.
using Lines = std::map<std::string, std::string>;

constexpr std::size_t kMostEntries = 1'000'000;
constexpr std::size_t kMostKeyBytes = 256;
constexpr std::size_t kMostTextBytes = 1'024;
constexpr std::size_t kMostLineBytes = 4'096;

[[noreturn]] void refuse(const std::string& key, std::string_view what) {
  throw std::runtime_error(fmt::format("{}: {}", Json(key).dump(-1, ' ', false, Json::error_handler_t::replace), what));
}

/// Whether it can stand in a line of a table.
bool fits(std::string_view text) { return text.find_first_of("\t\n\r") == std::string_view::npos; }

std::string text_of(const std::string& key, const Json& value) {
  if (!value.is_string()) refuse(key, "is not a text");
  auto text = value.get<std::string>();
  if (text.size() > kMostTextBytes || !fits(text)) refuse(key, "is too long, or has a tabulator or an end of line");
  return text;
}

const Json& object_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_object() || found->size() > kMostEntries) {
    refuse(key, "is missing, or no object, or too large");
  }
  return *found;
}

std::vector<std::string> texts_in(const Json& json, const char* key, std::size_t most) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_array() || found->empty() || found->size() > most) {
    refuse(key, "is missing, or no list, or empty, or too long");
  }
  std::vector<std::string> texts;
  for (const auto& item : *found) texts.push_back(text_of(key, item));
  return texts;
}

Json parsed_object(std::string_view json) {
  auto parsed = Json::parse(json);
  if (!parsed.is_object()) throw std::runtime_error("is not an object");
  if (parsed.size() > kMostEntries) throw std::runtime_error("has too many entries");
  return parsed;
}

std::string table_of(const Lines& lines) {
  std::string table;
  for (const auto& [key, value] : lines) {
    if (!fits(key) || key.size() > kMostKeyBytes) continue;
    if (key.size() + value.size() + 1 > kMostLineBytes) refuse(key, "has too much");
    table += key;
    table += '\t';
    table += value;
    table += '\n';
  }
  return table;
}

/// What a table cannot tell from its own marks.
void check_phonemes(const std::string& key, std::string_view phonemes) {
  if (phonemes.contains('=')) refuse(key, "has phonemes with '='");
}

std::string variants_of(const std::string& word, const Json& variants) {
  std::string value;
  for (const auto& [tag, phonemes] : variants.items()) {
    if (!fits(tag) || tag.contains('=')) refuse(word, "has a part of speech with a mark in its name");
    if (!value.empty()) value += '\t';
    value += tag + '=';
    if (phonemes.is_null()) continue;
    const auto text = text_of(word, phonemes);
    check_phonemes(word, text);
    value += text;
  }
  if (!variants.contains("DEFAULT")) refuse(word, "has no DEFAULT");
  return value;
}

std::string weights_of(const std::string& feature, const Json& weights,
                       const std::map<std::string, std::size_t>& tags) {
  constexpr double kTenths = 10;
  constexpr double kMost = 10'000;
  if (!weights.is_object()) refuse(feature, "is not an object");
  std::string value;
  for (const auto& [tag, weight] : weights.items()) {
    const auto known = tags.find(tag);
    if (known == tags.end()) refuse(feature, "has a weight for a part of speech that is not in tags");
    if (!weight.is_number() || !(std::abs(weight.get<double>()) <= kMost)) refuse(feature, "has a weight out of range");
    if (!value.empty()) value += ' ';
    value += fmt::format("{} {}", known->second, std::lround(weight.get<double>() * kTenths));
  }
  return value;
}

/// What `make` throws as a result.
template <class Make>
auto caught(Make make) -> Result<decltype(make())> {
  try {
    return make();
  } catch (const std::exception& error) {
    return std::unexpected(Error{.code = Errc::kConfigInvalid, .message = error.what()});
  }
}

}  // namespace

Result<std::string> lexicon_table(std::string_view json) {
  return caught([&] {
    Lines lines;
    const auto words = parsed_object(json);
    for (const auto& [word, phonemes] : words.items()) {
      if (phonemes.is_object()) {
        lines[word] = variants_of(word, phonemes);
        continue;
      }
      lines[word] = text_of(word, phonemes);
      check_phonemes(word, lines[word]);
    }
    return table_of(lines);
  });
}

Result<std::string> tokens_table(std::string_view json) {
  return caught([&] {
    Lines lines;
    const auto texts = parsed_object(json);
    for (const auto& [text, parts] : texts.items()) {
      if (text.find_first_of(" \t\n\r") != std::string::npos) continue;
      std::string value;
      std::string together;
      if (!parts.is_array()) refuse(text, "is not a list");
      for (const auto& part : parts) {
        if (!value.empty()) value += '\t';
        const auto word = text_of(text, part);
        if (word.empty()) refuse(text, "has an empty part");
        value += word;
        together += word;
      }
      if (together != text) refuse(text, "is not what its parts make");
      lines[text] = value;
    }
    return table_of(lines);
  });
}

Result<TaggerTables> tagger_tables(std::string_view json) {
  constexpr std::size_t kMostTags = 256;
  return caught([&] {
    const auto model = parsed_object(json);
    TaggerTables tables = {.tags = texts_in(model, "tags", kMostTags)};
    std::map<std::string, std::size_t> numbers;
    for (const auto& tag : tables.tags) numbers.emplace(tag, numbers.size());
    if (numbers.size() != tables.tags.size()) refuse("tags", "names one twice");
    Lines sure;
    for (const auto& [word, tag] : object_in(model, "tagdict").items()) sure[word] = text_of(word, tag);
    Lines known;
    for (const auto& word : texts_in(model, "vocab", kMostEntries)) known[word];
    Lines weights;
    for (const auto& [feature, values] : object_in(model, "weights").items()) {
      weights[feature] = weights_of(feature, values, numbers);
    }
    tables.sure = table_of(sure);
    tables.known = table_of(known);
    tables.weights = table_of(weights);
    return tables;
  });
}

Result<std::map<std::string, std::int64_t>> phoneme_ids(std::string_view json, std::int64_t known) {
  constexpr std::int64_t kMost = 65'536;
  return caught([&] {
    std::map<std::string, std::int64_t> ids;
    const auto end = static_cast<std::uint64_t>(known > 0 ? std::min(known, kMost) : kMost);
    const auto phonemes = parsed_object(json);
    for (const auto& [phoneme, id] : phonemes.items()) {
      ids[phoneme] = static_cast<std::int64_t>(voice::whole_number(id, Json(phoneme).dump(), 0, end - 1));
    }
    if (ids.empty()) throw std::runtime_error("has no phoneme");
    return ids;
  });
}

Result<SpellingAlphabet> spelling_alphabet(std::string_view json) {
  constexpr std::size_t kMostSymbols = 4'096;
  constexpr std::uint64_t kMostLetters = 256;
  return caught([&] {
    const auto facts = parsed_object(json);
    return SpellingAlphabet{.letters = texts_in(facts, "in", kMostSymbols),
                            .sounds = texts_in(facts, "out", kMostSymbols),
                            .longest_word = static_cast<std::uint32_t>(
                                voice::whole_number(facts.value("maxlen", Json()), "\"maxlen\"", 1, kMostLetters))};
  });
}

}  // namespace antiphon::voice_import
