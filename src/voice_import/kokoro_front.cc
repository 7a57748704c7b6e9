#include "voice_import/kokoro_front.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "engine/kokoro/front/files.h"
#include "engine/kokoro/front/styles.h"
#include "voice_import/hibari_assets.h"
#include "voice_import/hibari_package.h"
#include "voice_import/workshop.h"

namespace antiphon::voice_import {
namespace {

namespace fs = std::filesystem;
namespace front = engine::kokoro::front;

constexpr std::size_t kMostJsonBytes = std::size_t{64} << 20U;
constexpr std::string_view kDefaultStyle = "af_heart";

std::unexpected<Error> failure(Errc code, const fs::path& path, std::string_view what) {
  return std::unexpected(Error{.code = code, .message = fmt::format("{}: {}", path.string(), what)});
}

Result<std::vector<std::string>> names_of_styles(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (auto file = fs::directory_iterator(folder, error); file != fs::directory_iterator(); file.increment(error)) {
    if (error) break;
    if (file->path().extension() == ".bin") names.push_back(file->path().stem().string());
    if (names.size() > voice::kMostStyles) return failure(Errc::kConfigInvalid, folder, "has too many styles");
  }
  if (error) return failure(Errc::kFileFailure, folder, error.message());
  std::ranges::sort(names);
  const auto first = std::ranges::find(names, kDefaultStyle);
  if (first == names.end()) return failure(Errc::kConfigInvalid, folder, fmt::format("has no {}.bin", kDefaultStyle));
  std::rotate(names.begin(), first, first + 1);
  return names;
}

Result<std::string> styles_in(const fs::path& folder) {
  const auto names = names_of_styles(folder);
  if (!names) return std::unexpected(names.error());
  std::vector<front::NamedStyle> styles;
  for (const auto& name : *names) {
    auto bytes = read_whole_file(folder / (name + ".bin"), front::kStyleBytes);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    styles.push_back({.name = name, .bytes = std::move(*bytes)});
  }
  auto packed = front::Styles::pack(styles);
  if (!packed) return failure(Errc::kConfigInvalid, folder, packed.error());
  return std::move(*packed);
}

/// The parts of speech by their places, as a table.
std::string tag_names(const std::vector<std::string>& tags) {
  std::map<std::string, std::string> lines;
  for (std::size_t i = 0; i < tags.size(); ++i) lines.emplace(std::to_string(i), tags[i]);
  std::string table;
  for (const auto& [place, tag] : lines) table += place + '\t' + tag + '\n';
  return table;
}

}  // namespace

Result<std::vector<FrontFile>> kokoro_front(const fs::path& styles, const fs::path& english) {
  std::vector<FrontFile> files;
  std::optional<Error> failed;
  const auto read = [&](const char* name, auto&& make) {
    const auto json = read_packed(english / name, kMostJsonBytes);
    auto made = json ? make(*json) : decltype(make(*json))(std::unexpected(json.error()));
    if (!made && !failed) {
      failed = made.error();
      if (json) failed->message = fmt::format("{}: {}", (english / name).string(), failed->message);
    }
    return made;
  };
  const auto add = [&](const char* name, Result<std::string> bytes) {
    if (!bytes && !failed) failed = bytes.error();
    if (bytes) files.push_back({.name = name, .bytes = std::move(*bytes)});
  };
  add(front::kStylesFile, styles_in(styles));
  add(front::kAmericanFile, read("lexicon_us_gold.json", lexicon_table));
  add(front::kMoreAmericanFile, read("lexicon_us_silver.json", lexicon_table));
  add(front::kBritishFile, read("lexicon_gb_gold.json", lexicon_table));
  add(front::kMoreBritishFile, read("lexicon_gb_silver.json", lexicon_table));
  add(front::kTokensFile, read("tokenizer_exceptions.json", tokens_table));
  if (auto tagger = read("tagger.json", tagger_tables)) {
    add(front::kTagsFile, std::move(tagger->sure));
    add(front::kKnownFile, std::move(tagger->known));
    add(front::kWeightsFile, std::move(tagger->weights));
    add(front::kTagNamesFile, tag_names(tagger->tags));
  }
  if (failed) return std::unexpected(std::move(*failed));
  return files;
}

}  // namespace antiphon::voice_import
