#include "voice_import/hibari_package.h"

#include <fmt/format.h>
#include <zlib.h>

#include <memory>
#include <system_error>
#include <utility>

#include "voice_import/workshop.h"

namespace antiphon::voice_import {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

std::unexpected<Error> failure(const fs::path& path, std::string_view what) {
  return std::unexpected(Error{.code = Errc::kFileFailure, .message = fmt::format("{}: {}", path.string(), what)});
}

struct Close {
  void operator()(gzFile_s* file) const { gzclose(file); }
};

}  // namespace

bool is_hibari_package(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / kHibariModel, ignored);
}

Result<std::string> read_packed(const fs::path& path, std::size_t most_bytes) {
  constexpr unsigned kPiece = 1U << 20U;
  std::error_code ignored;
  if (fs::exists(path, ignored)) return read_whole_file(path, most_bytes);
  const fs::path packed = path.string() + ".gz";
  const std::unique_ptr<gzFile_s, Close> file(gzopen(packed.c_str(), "rb"));
  if (!file) return failure(path, "cannot be read, nor with .gz after its name");
  std::string bytes;
  while (true) {
    const auto had = bytes.size();
    bytes.resize(had + kPiece);
    const int got = gzread(file.get(), bytes.data() + had, kPiece);
    if (got < 0) return failure(packed, "is damaged");
    bytes.resize(had + static_cast<std::size_t>(got));
    if (bytes.size() > most_bytes) return failure(packed, fmt::format("is larger than {} bytes", most_bytes));
    if (got == 0) break;
  }
  int status = Z_OK;
  (void)gzerror(file.get(), &status);
  if (status != Z_OK || gzeof(file.get()) == 0) return failure(packed, "ends too early");
  return bytes;
}

Result<HibariPackage> read_hibari_package(const fs::path& folder) {
  HibariPackage package;
  for (const auto& [name, bytes] : {std::pair<const char*, std::string*>(kHibariModel, &package.model),
                                    {"oov.onnx", &package.spelling},
                                    {"oov.json", &package.alphabet},
                                    {"vocab.json", &package.phonemes},
                                    {"lexicon_us_gold.json", &package.words},
                                    {"lexicon_us_silver.json", &package.more_words},
                                    {"tagger.json", &package.tagger},
                                    {"tokenizer_exceptions.json", &package.tokens}}) {
    auto read = read_packed(folder / name, kMostBytes);
    if (!read) return std::unexpected(std::move(read.error()));
    *bytes = std::move(*read);
  }
  return package;
}

}  // namespace antiphon::voice_import
