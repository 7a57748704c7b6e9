#include "voice_import/workshop.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>

#include "file/writer.h"
#include "voice/catalogue.h"

namespace antiphon::voice_import {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> failure(Errc code, const fs::path& path, std::string_view what) {
  return std::unexpected(Error{.code = code, .message = fmt::format("{}: {}", path.string(), what)});
}

}  // namespace

Workshop::~Workshop() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Result<void> write_file(const fs::path& path, std::string_view bytes) {
  auto written = file::replace(path, bytes);
  if (!written)
    return std::unexpected(Error{.code = Errc::kFileFailure, .message = std::move(written.error().message)});
  return {};
}

Result<void> put(const fs::path& made, const fs::path& place) {
  std::error_code error;
  const auto lock = voice::lock_store(place.parent_path());
  if (!lock) return std::unexpected(lock.error());
  const auto old = place.parent_path() / fmt::format(".replaced-{}", place.filename().string());
  fs::remove_all(old, error);
  if (fs::exists(place, error)) fs::rename(place, old, error);
  if (!error) fs::rename(made, place, error);
  if (error) return failure(Errc::kFileFailure, place, error.message());
  fs::remove_all(old, error);
  return {};
}

Result<std::string> read_whole_file(const fs::path& path, std::uint64_t most_bytes) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return failure(Errc::kFileFailure, path, error.message());
  if (size > most_bytes) return failure(Errc::kFileFailure, path, fmt::format("is larger than {} bytes", most_bytes));
  std::string bytes(size, '\0');
  std::ifstream in(path, std::ios::binary);
  if (!in.read(bytes.data(), static_cast<std::streamsize>(size))) {
    return failure(Errc::kFileFailure, path, "cannot be read");
  }
  return bytes;
}

}  // namespace antiphon::voice_import
