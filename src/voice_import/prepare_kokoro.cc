#include "voice_import/prepare_kokoro.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "base/sha256.h"
#include "voice/voice_id.h"
#include "voice_import/kokoro_graph.h"
#include "voice_import/verify_kokoro.h"
#include "voice_import/workshop.h"

namespace antiphon::voice_import {
namespace {

namespace fs = std::filesystem;
namespace kokoro = engine::kokoro;

constexpr std::uint64_t kMostModelBytes = std::uint64_t{1} << 30U;
constexpr std::uint64_t kMostDataBytes = std::uint64_t{256} << 20U;

std::unexpected<Error> failure(Errc code, const fs::path& path, std::string_view what) {
  return std::unexpected(Error{.code = code, .message = fmt::format("{}: {}", path.string(), what)});
}

/// A package, read whole.
struct Package {
  std::string model;
  std::vector<std::pair<std::string, std::string>> data;  ///< Names of the reader's files and what is in them.

  [[nodiscard]] std::string digest() const {
    auto digests = base::sha256_hex(model);
    for (const auto& [name, bytes] : data) digests += name + base::sha256_hex(bytes);
    return base::sha256_hex(digests);
  }
};

Result<Package> read_package(const fs::path& folder) {
  Package package;
  auto model = read_whole_file(folder / kKokoroModel, kMostModelBytes);
  if (!model) return std::unexpected(std::move(model.error()));
  package.model = std::move(*model);
  std::error_code ignored;
  for (const auto& name : kokoro::reader_files()) {
    if (!fs::exists(folder / name, ignored)) continue;
    auto bytes = read_whole_file(folder / name, kMostDataBytes);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    package.data.emplace_back(name, std::move(*bytes));
  }
  return package;
}

Result<void> add_file(const fs::path& folder, const std::string& name, std::string_view bytes,
                      kokoro::Manifest& manifest) {
  if (auto written = write_file(folder / name, bytes); !written) return written;
  manifest.files.push_back({.name = name, .bytes = bytes.size(), .sha256 = base::sha256_hex(bytes)});
  return {};
}

Result<kokoro::Manifest> write_parts(const fs::path& folder, const std::string& id, const Package& package,
                                     const KokoroGraphs& graphs) {
  kokoro::Manifest manifest = {.id = id,
                               .language = "en-US",
                               .speakers = {},
                               .channels = graphs.channels,
                               .source_sha256 = package.digest(),
                               .files = {},
                               .costs = {},
                               .gain_db = {}};
  for (const auto& [name, bytes] : {std::pair<const char*, const std::string&>(kokoro::kPlanFile, graphs.plan),
                                    {kokoro::kRenderFile, graphs.render}}) {
    if (auto added = add_file(folder, name, bytes, manifest); !added) return std::unexpected(added.error());
  }
  for (const auto& [name, bytes] : package.data) {
    if (auto added = add_file(folder, name, bytes, manifest); !added) return std::unexpected(added.error());
  }
  return manifest;
}

Result<Verification> verify(const fs::path& package, const fs::path& made, const PrepareOptions& options,
                            const Package& read, kokoro::Manifest& manifest, const kokoro::Readers& readers) {
  auto reader = readers.make(made, manifest);
  if (!reader) return failure(Errc::kConfigInvalid, package, reader.error().message);
  manifest.speakers = (*reader)->speakers();
  const auto runtime = engine::ort::Runtime::open(options.runtime);
  if (!runtime) return failure(Errc::kRunFailed, "ONNX Runtime", runtime.error().message);
  auto verified = verify_kokoro(*runtime, made, manifest, read.model, std::move(*reader));
  if (!verified) return failure(verified.error().code, package / kKokoroModel, verified.error().message);
  return verified;
}

}  // namespace

bool is_kokoro_package(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / kKokoroModel, ignored);
}

Result<std::string> digest_of_kokoro(const fs::path& folder) {
  const auto package = read_package(folder);
  if (!package) return std::unexpected(package.error());
  return package->digest();
}

Result<PreparedKokoro> prepare_kokoro(const fs::path& folder, const fs::path& store, const PrepareOptions& options,
                                      const kokoro::Readers& readers) {
  const auto name = folder.filename().empty() ? folder.parent_path().filename() : folder.filename();
  const auto id = options.id.empty() ? name.string() : options.id;
  if (!voice::valid_voice_id(id)) {
    return failure(Errc::kBadId, id, "cannot be a voice's id (1 to 64 letters, digits, '.', '_' and '-')");
  }
  const auto package = read_package(folder);
  if (!package) return std::unexpected(package.error());
  const auto place = store / id;
  std::error_code error;
  if (fs::exists(place, error)) {
    auto there = kokoro::read_manifest(place);
    const auto digest = package->digest();
    if (there && there->source_sha256 == digest) {
      return PreparedKokoro{.manifest = std::move(*there), .folder = place, .already_there = true};
    }
    // One that another preparation made of the same package is made anew.
    const bool outdated = !there && voice::source_of(place) == digest;
    if (!options.replace && !outdated) return failure(Errc::kVoiceExists, place, "another voice of this name is there");
  }
  const auto graphs = cut_kokoro(package->model);
  if (!graphs) return failure(graphs.error().code, folder / kKokoroModel, graphs.error().message);
  const Workshop workshop(store / fmt::format(".preparing-{}-{}", id, ::getpid()));
  fs::create_directories(workshop.folder(), error);
  if (error) return failure(Errc::kFileFailure, workshop.folder(), error.message());
  auto manifest = write_parts(workshop.folder(), id, *package, *graphs);
  if (!manifest) return std::unexpected(std::move(manifest.error()));
  auto verified = verify(folder, workshop.folder(), options, *package, *manifest, readers);
  if (!verified) return std::unexpected(std::move(verified.error()));
  manifest->costs = verified->costs;
  if (auto written = kokoro::write_manifest(workshop.folder(), *manifest); !written) {
    return std::unexpected(std::move(written.error()));
  }
  // What will be read must be what was meant.
  if (auto again = kokoro::read_manifest(workshop.folder()); !again) return std::unexpected(std::move(again.error()));
  if (auto done = put(workshop.folder(), place); !done) return std::unexpected(std::move(done.error()));
  return PreparedKokoro{
      .manifest = std::move(*manifest), .folder = place, .already_there = false, .verification = *verified};
}

}  // namespace antiphon::voice_import
