#include "voice/manifest.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

#include "voice/sha256.h"

namespace antiphon::voice {

std::uint64_t state_bytes(const Manifest& manifest) {
  std::uint64_t sum = 0;
  for (const auto& state : manifest.states) sum += std::uint64_t{state.channels} * state.length * sizeof(float);
  return sum;
}

Result<Manifest> read_manifest(const std::filesystem::path& folder) {
  constexpr std::size_t kMostBytes = 4U << 20U;
  const auto path = folder / kManifestFile;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Error{Errc::kVoiceNotFound, path.string() + " cannot be read"});
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto manifest = text.size() > kMostBytes
                      ? Result<Manifest>(std::unexpected(Error{Errc::kManifestInvalid, "is too large for a manifest"}))
                      : parse_manifest(text);
  if (!manifest) manifest.error().message = path.string() + ": " + manifest.error().message;
  return manifest;
}

Result<void> check_files(const std::filesystem::path& folder, const Manifest& manifest) {
  for (const auto& file : manifest.files) {
    const auto path = folder / file.name;
    std::error_code failure;
    const auto bytes = std::filesystem::file_size(path, failure);
    if (failure) return std::unexpected(Error{Errc::kFileFailure, path.string() + ": " + failure.message()});
    if (bytes != file.bytes) {
      return std::unexpected(Error{
          Errc::kFileDamaged, fmt::format("{} has {} bytes, its manifest says {}", path.string(), bytes, file.bytes)});
    }
    const auto digest = sha256_of_file(path);
    if (!digest) return std::unexpected(digest.error());
    if (*digest != file.sha256) {
      return std::unexpected(
          Error{Errc::kFileDamaged, path.string() + " is not the file that its manifest names: add the voice again"});
    }
  }
  return {};
}

}  // namespace antiphon::voice
