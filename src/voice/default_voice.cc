#include "voice/default_voice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include "file/writer.h"
#include "voice/catalogue.h"
#include "voice/voice_id.h"

namespace antiphon::voice {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = 256;  // Ids are shorter.

std::unexpected<Error> fault(Errc code, const fs::path& path, std::string_view what) {
  return std::unexpected(Error{.code = code, .message = fmt::format("{}: {}", path.string(), what)});
}

}  // namespace

Result<std::optional<std::string>> read_default_voice(const fs::path& store) {
  const auto path = store / kDefaultVoiceFile;
  std::error_code error;
  const auto status = fs::status(path, error);
  if (!fs::exists(status)) return std::nullopt;
  if (!fs::is_regular_file(status)) return fault(Errc::kFileFailure, path, "is not a regular file");
  std::ifstream in(path, std::ios::binary);
  std::array<char, kMostBytes> buffer{};
  in.read(buffer.data(), buffer.size());
  if (in.bad() || !in.is_open()) return fault(Errc::kFileFailure, path, "cannot be read");
  std::string id(buffer.data(), static_cast<std::size_t>(in.gcount()));
  if (id.ends_with('\n')) id.pop_back();
  if (!valid_voice_id(id)) return fault(Errc::kBadId, path, "is not the id of a voice");
  return id;
}

Result<void> write_default_voice(const fs::path& store, std::string_view id) {
  if (!valid_voice_id(id)) return fault(Errc::kBadId, std::string(id), "is not a voice's id");
  const auto catalogue = read_catalogue(store);
  if (!catalogue) return std::unexpected(catalogue.error());
  if (std::ranges::find(catalogue->voices, id, &CatalogueEntry::id) == catalogue->voices.end()) {
    std::string there;
    for (const auto& voice : catalogue->voices) there += (there.empty() ? "" : ", ") + voice.id;
    return fault(Errc::kVoiceNotFound, store,
                 fmt::format("there is no voice '{}'; those there are: {}", id, there.empty() ? "none" : there));
  }
  auto written = file::replace(store / kDefaultVoiceFile, fmt::format("{}\n", id));
  if (!written) return std::unexpected(Error{Errc::kFileFailure, std::move(written.error().message)});
  return {};
}

Result<void> clear_default_voice(const fs::path& store) {
  std::error_code error;
  fs::remove(store / kDefaultVoiceFile, error);
  if (error) return fault(Errc::kFileFailure, store / kDefaultVoiceFile, error.message());
  return {};
}

}  // namespace antiphon::voice
