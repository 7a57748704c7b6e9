#include "voice/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

#include "file/writer.h"
#include "voice/sha256.h"

namespace antiphon::voice {

std::uint64_t state_bytes(const Manifest& manifest) {
  std::uint64_t sum = 0;
  for (const auto& state : manifest.states) sum += std::uint64_t{state.channels} * state.length * sizeof(float);
  return sum;
}

bool has_network(const Manifest& manifest) {
  return std::ranges::find(manifest.files, kNetworkFile, &FileDigest::name) != manifest.files.end();
}

std::string_view name_of(Kernel kernel) {
  switch (kernel) {
    case Kernel::kOrt:
      return "ort";
    case Kernel::kDirect:
      return "direct";
    case Kernel::kFast:
      return "fast";
  }
  return "";
}

std::optional<Kernel> parse_kernel(std::string_view name) {
  for (const auto kernel : {Kernel::kOrt, Kernel::kDirect, Kernel::kFast}) {
    if (name == name_of(kernel)) return kernel;
  }
  return std::nullopt;
}

Result<std::string> read_manifest_text(const std::filesystem::path& folder) {
  constexpr std::size_t kMostBytes = 4U << 20U;
  const auto path = folder / kManifestFile;
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Error{Errc::kVoiceNotFound, path.string() + " cannot be read"});
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMostBytes) {
    return std::unexpected(Error{Errc::kManifestInvalid, path.string() + ": is too large for a manifest"});
  }
  return text;
}

Result<Manifest> read_manifest(const std::filesystem::path& folder) {
  const auto text = read_manifest_text(folder);
  if (!text) return std::unexpected(text.error());
  auto manifest = parse_manifest(*text);
  if (!manifest) manifest.error().message = (folder / kManifestFile).string() + ": " + manifest.error().message;
  return manifest;
}

Result<void> write_manifest(const std::filesystem::path& folder, const Manifest& manifest) {
  auto written = file::replace(folder / kManifestFile, to_json(manifest));
  if (!written) return std::unexpected(Error{Errc::kFileFailure, std::move(written.error().message)});
  return {};
}

std::string source_of(const std::filesystem::path& folder) {
  const auto text = read_manifest_text(folder);
  return text ? source_in(*text) : std::string();
}

Result<void> check_files(const std::filesystem::path& folder, const std::vector<FileDigest>& files) {
  for (const auto& file : files) {
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
