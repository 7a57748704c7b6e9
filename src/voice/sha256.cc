#include "voice/sha256.h"

#include <fstream>
#include <vector>

#include "base/sha256.h"

namespace antiphon::voice {

Result<std::string> sha256_of_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::unexpected(Error{Errc::kFileFailure, path.string() + " cannot be read"});
  base::Sha256 digest;
  std::vector<char> block(1U << 20U);
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    digest.add({block.data(), static_cast<std::size_t>(file.gcount())});
  }
  if (file.bad()) return std::unexpected(Error{Errc::kFileFailure, path.string() + " cannot be read to its end"});
  return base::hexadecimal(digest.finish());
}

}  // namespace antiphon::voice
