#include "voice/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "audio/gain.h"
#include "voice/manifest.h"
#include "voice/voice_id.h"

namespace antiphon::voice {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::size_t kMostFolders = 4096;
constexpr std::size_t kMostManifestBytes = 4U << 20U;
constexpr std::size_t kMostSpeakers = 65'536;
constexpr std::uint32_t kLeastRate = 4'000;
constexpr std::uint32_t kMostRate = 192'000;

std::unexpected<Error> fault(Errc code, const fs::path& path, std::string_view what) {
  return std::unexpected(Error{.code = code, .message = fmt::format("{}: {}", path.string(), what)});
}

std::optional<double> gain_from(const Json& json) {
  if (!json.contains("gain_db")) return std::nullopt;
  const auto gain = json.at("gain_db").get<double>();
  if (!(gain >= audio::kLeastGainDb && gain <= audio::kMostGainDb)) throw std::runtime_error("gain_db is out of range");
  return gain;
}

CatalogueEntry entry_from(const Json& json) {
  CatalogueEntry entry{.id = json.at("id").get<std::string>(),
                       .engine = json.at("engine").get<std::string>(),
                       .language = json.at("language").get<std::string>(),
                       .sample_rate = json.at("sample_rate").get<std::uint32_t>(),
                       .speakers = json.at("speakers").get<std::vector<std::string>>(),
                       .folder = {},
                       .written = 0,
                       .gain_db = gain_from(json),
                       .identity = json.value("identity", std::string()),
                       .source_sha256 = json.value("source_sha256", std::string())};
  if (entry.sample_rate < kLeastRate || entry.sample_rate > kMostRate)
    throw std::runtime_error("sample_rate is out of range");
  if (entry.speakers.size() > kMostSpeakers) throw std::runtime_error("too many speakers");
  return entry;
}

Result<CatalogueEntry> read_entry(const fs::path& folder) {
  const auto file = folder / kManifestFile;
  std::ifstream in(file, std::ios::binary);
  if (!in) return fault(Errc::kVoiceNotFound, file, "cannot be read");
  std::string text(kMostManifestBytes + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kMostManifestBytes) return fault(Errc::kManifestInvalid, file, "is too large");
  try {
    auto entry = entry_from(Json::parse(text));
    if (entry.id != folder.filename().string()) {
      return fault(Errc::kManifestInvalid, file, "its id is not the name of its folder");
    }
    entry.folder = folder;
    entry.written = fs::last_write_time(file).time_since_epoch().count();
    return entry;
  } catch (const std::exception& error) {
    return fault(Errc::kManifestInvalid, file, error.what());
  }
}

}  // namespace

Result<Catalogue> read_catalogue(const fs::path& store) {
  Catalogue catalogue;
  std::error_code error;
  const auto root = fs::absolute(store, error);
  if (!error && !fs::exists(root, error) && !error) return catalogue;
  auto folders = fs::directory_iterator(root, error);
  if (error) return fault(Errc::kFileFailure, store, error.message());
  std::size_t seen = 0;
  for (; folders != fs::directory_iterator(); folders.increment(error)) {
    if (error) return fault(Errc::kFileFailure, store, error.message());
    if (++seen > kMostFolders) break;
    const auto folder = folders->path();
    if (!folders->is_directory(error) || !valid_voice_id(folder.filename().string())) continue;
    if (auto entry = read_entry(folder)) {
      catalogue.voices.push_back(std::move(*entry));
    } else {
      catalogue.faults.push_back(std::move(entry.error()));
    }
  }
  std::ranges::sort(catalogue.voices, {}, &CatalogueEntry::id);
  return catalogue;
}

Result<file::Lock> lock_store(const fs::path& store) {
  auto lock = file::Lock::take(store / ".voices");
  if (!lock) return std::unexpected(Error{.code = Errc::kFileFailure, .message = std::move(lock.error().message)});
  return std::move(*lock);
}

std::uint64_t bytes_of(const CatalogueEntry& voice) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (auto file = fs::directory_iterator(voice.folder, error); file != fs::directory_iterator();
       file.increment(error)) {
    if (error) break;
    const auto size = file->is_regular_file(error) ? file->file_size(error) : 0;
    if (!error) bytes += size;
  }
  return bytes;
}

Result<void> remove_voice(const fs::path& store, std::string_view id) {
  if (!valid_voice_id(id)) return fault(Errc::kBadId, std::string(id), "is not a voice's id");
  const auto folder = store / id;
  std::error_code error;
  if (!fs::is_directory(folder, error)) return fault(Errc::kVoiceNotFound, folder, "there is no such voice");
  // Out of the catalogue in one step, whatever happens to the files afterwards.
  const auto doomed = store / fmt::format(".removed-{}", id);
  fs::remove_all(doomed, error);
  fs::rename(folder, doomed, error);
  if (!error) fs::remove_all(doomed, error);
  if (error) return fault(Errc::kFileFailure, folder, error.message());
  return {};
}

}  // namespace antiphon::voice
