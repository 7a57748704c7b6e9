#include "config/pronunciations.h"

#include <fmt/format.h>
#include <toml++/toml.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/bounded_file.h"
#include "config/config.h"
#include "text/text.h"

namespace antiphon::config {
namespace {

namespace pronunciation = text::pronunciation;

constexpr std::size_t kMostFiles = 256;
constexpr std::size_t kMostFileMib = 4;

class DictionaryReader {
 public:
  DictionaryReader(const toml::table& root, std::string_view source) : root_(root), source_(source) {}

  [[nodiscard]] pronunciation::NamedDictionary read(std::string_view name) const {
    for (const auto& [key, node] : root_) {
      if (key != "language" && key != "voices" && key != "use" && key != "words") {
        fail(node, fmt::format("unknown key '{}'; there are language, voices, use and words", key.str()));
      }
    }
    return {.name = std::string(name),
            .language = string_of("language"),
            .voices = voices(),
            .use = use(),
            .dictionary = words()};
  }

 private:
  [[noreturn]] void fail(const toml::node& node, std::string_view message) const {
    throw Error(fmt::format("{}:{}: {}", source_, node.source().begin.line, message));
  }

  [[nodiscard]] std::string string_of(std::string_view key) const {
    const auto* const node = root_.get(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<std::string>();
    if (!value) fail(*node, fmt::format("{} must be a string", key));
    return *value;
  }

  [[nodiscard]] std::vector<std::string> voices() const {
    std::vector<std::string> ids;
    const auto* const node = root_.get("voices");
    if (node == nullptr) return ids;
    const auto* const list = node->as_array();
    if (list == nullptr) fail(*node, "voices must be a list of ids");
    for (const auto& item : *list) {
      const auto id = item.value_exact<std::string>();
      if (!id) fail(item, "voices must be a list of ids");
      ids.push_back(*id);
    }
    return ids;
  }

  [[nodiscard]] pronunciation::Use use() const {
    const auto text = string_of("use");
    if (text == "named") return pronunciation::Use::kWhereNamed;
    if (!text.empty() && text != "always") fail(*root_.get("use"), "use must be always or named");
    return pronunciation::Use::kAlways;
  }

  [[nodiscard]] std::shared_ptr<const pronunciation::Dictionary> words() const {
    std::vector<pronunciation::Entry> entries;
    std::vector<const toml::node*> nodes;
    if (const auto* const node = root_.get("words"); node != nullptr) {
      const auto* const table = node->as_table();
      if (table == nullptr) fail(*node, "words must be a section: [words]");
      for (const auto& [written, value] : *table) {
        entries.push_back(entry_of(written.str(), value));
        nodes.push_back(&value);
      }
    }
    auto made = text::make_dictionary(entries);
    if (made) return *std::move(made);
    const auto at = std::min(made.error().entry, entries.size() - 1);
    fail(*nodes[at], fmt::format("'{}' {}", entries[at].written, made.error().message));
  }

  [[nodiscard]] pronunciation::Entry entry_of(std::string_view written, const toml::node& value) const {
    if (const auto spoken = value.value_exact<std::string>()) {
      return {.written = std::string(written), .spoken = *spoken};
    }
    const auto* const table = value.as_table();
    if (table == nullptr) fail(value, fmt::format("'{}' must be a string, or {{ say = \"...\" }}", written));
    pronunciation::Entry entry{.written = std::string(written), .spoken = {}};
    for (const auto& [key, node] : *table) {
      const auto text = node.value_exact<std::string>();
      if (key == "say" && text) {
        entry.spoken = *text;
      } else if (key == "case" && text && (*text == "any" || *text == "exact")) {
        entry.letters = *text == "exact" ? pronunciation::Case::kExact : pronunciation::Case::kAny;
      } else {
        fail(node, fmt::format("'{}' may have say, a string, and case, which is any or exact", written));
      }
    }
    return entry;
  }

  const toml::table& root_;
  std::string_view source_;
};

}  // namespace

pronunciation::NamedDictionary parse_pronunciations(std::string_view toml, std::string_view name,
                                                    std::string_view source) {
  try {
    const auto root = toml::parse(toml, source);
    return DictionaryReader(root, source).read(name);
  } catch (const toml::parse_error& error) {
    throw Error(fmt::format("{}:{}: {}", source, error.source().begin.line, error.description()));
  }
}

pronunciation::DictionarySet load_pronunciations(const std::filesystem::path& folder) {
  if (folder.empty()) return {};
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->path().extension() == ".toml" && entry->is_regular_file(error)) files.push_back(entry->path());
    if (files.size() > kMostFiles)
      throw Error(fmt::format("{}: more than {} dictionaries", folder.string(), kMostFiles));
  }
  if (error) throw Error(fmt::format("text.pronunciations: {}: {}", folder.string(), error.message()));
  std::vector<pronunciation::NamedDictionary> dictionaries;
  for (const auto& file : files) {
    dictionaries.push_back(parse_pronunciations(read_bounded(file, kMostFileMib), file.stem().string(), file.string()));
  }
  return pronunciation::DictionarySet(std::move(dictionaries));
}

}  // namespace antiphon::config
