#include "engine/hibari/table_file.h"

#include <fstream>
#include <system_error>
#include <utility>

namespace antiphon::engine::hibari {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace

Result<Table> read_table(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return failure(Errc::kVoiceCorrupt, path.string() + ": " + error.message());
  if (size > Table::kMostBytes) return failure(Errc::kVoiceCorrupt, path.string() + " is too large");
  std::string text(size, '\0');
  std::ifstream file(path, std::ios::binary);
  if (!file.read(text.data(), static_cast<std::streamsize>(size))) {
    return failure(Errc::kVoiceCorrupt, path.string() + " cannot be read");
  }
  auto table = Table::parse(std::move(text));
  if (!table) return failure(Errc::kVoiceCorrupt, path.string() + ": " + table.error());
  return std::move(*table);
}

}  // namespace antiphon::engine::hibari
