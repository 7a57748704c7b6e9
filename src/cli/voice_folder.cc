#include "cli/voice_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "process/child.h"
#include "runtime/log.h"
#include "runtime/task_group.h"
#include "voice/manifest.h"

namespace antiphon::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostModels = 256;
constexpr std::size_t kMostEntries = 4096;
/// A large model takes a minute of a core, which listeners may need more.
constexpr auto kLongest = std::chrono::hours(1);

void complain(std::string message) { runtime::complain("voice_not_added", message); }

/// The models of the folder by name, each with its configuration beside it; what lacks one is complained of.
std::vector<fs::path> models_in(const fs::path& folder) {
  std::vector<fs::path> models;
  std::error_code error;
  auto entry = fs::directory_iterator(folder, error);
  std::size_t seen = 0;
  for (; !error && entry != fs::directory_iterator() && ++seen <= kMostEntries; entry.increment(error)) {
    const auto& path = entry->path();
    std::error_code none;
    if (path.extension() != ".onnx" || !entry->is_regular_file(none)) continue;
    if (fs::exists(path.string() + ".json", none)) {
      models.push_back(fs::absolute(path));
    } else {
      complain(fmt::format("{}: there is no {}.json beside it", path.string(), path.filename().string()));
    }
  }
  if (error) complain(fmt::format("voices.models: {}: {}", folder.string(), error.message()));
  std::ranges::sort(models);
  if (models.size() > kMostModels || seen > kMostEntries) {
    complain(fmt::format("voices.models: {}: only {} models of {} entries are taken", folder.string(), kMostModels,
                         kMostEntries));
    models.resize(std::min(models.size(), kMostModels));
  }
  return models;
}

/// When the voice of that name was last written; nullopt where there is none.
std::optional<fs::file_time_type> written(const fs::path& store, const fs::path& model) {
  std::error_code error;
  const auto time = fs::last_write_time(store / model.stem() / voice::kManifestFile, error);
  return error ? std::nullopt : std::optional(time);
}

runtime::Awaitable<> wait_for(process::Child& child, process::ExitStatus& status) { status = co_await child.wait(); }

/// Runs `antiphon voices add`. Returns whether it did what it should; it says by itself why not.
runtime::Awaitable<bool> add(const config::Config& config, const fs::path& config_file, const fs::path& model,
                             runtime::Clock& clock) {
  std::vector<std::string> arguments = {"voices",          "add",          model.string(),
                                        "--replace",       "--background", "--log",
                                        config.log.format, "--voices",     fs::absolute(config.voices.folder).string()};
  if (!config_file.empty()) {
    arguments.insert(arguments.end(), {"--config", fs::absolute(config_file).string()});
  }
  auto child = process::Child::spawn(co_await boost::asio::this_coro::executor,
                                     {.executable = "/proc/self/exe", .arguments = std::move(arguments)});
  if (!child) {
    complain(fmt::format("{}: {}", model.string(), child.error().message));
    co_return false;
  }
  process::ExitStatus status;
  const bool ended = co_await runtime::run_until(clock, clock.now() + kLongest, wait_for(*child, status));
  if (co_await runtime::is_cancelled()) co_return false;
  if (!ended) {
    complain(fmt::format("{}: was not prepared within {} s", model.string(), std::chrono::seconds(kLongest).count()));
  } else if (!status.success()) {
    complain(fmt::format("{}: is left out ({}); the other voices are not touched", model.string(),
                         process::describe(status)));
  }
  co_return ended&& status.success();
}

runtime::Awaitable<> adopt(const config::Config& config, fs::path config_file, runtime::ThreadPool& readers,
                           runtime::Clock& clock) {
  (void)co_await adopt_voices(config, std::move(config_file), readers, clock);
}

}  // namespace

runtime::Awaitable<std::size_t> adopt_voices(const config::Config& config, fs::path config_file,
                                             runtime::ThreadPool& readers, runtime::Clock& clock) {
  std::size_t changed = 0;
  if (config.voices.models.empty()) co_return changed;
  const auto when_written = [&](const fs::path& model) {
    return runtime::run_on(readers.make_strand(), [&] { return written(config.voices.folder, model); });
  };
  const auto models = co_await runtime::run_on(readers.make_strand(), [&] { return models_in(config.voices.models); });
  for (const auto& model : models) {
    const auto before = co_await when_written(model);
    const bool added = co_await add(config, config_file, model, clock);
    if (co_await runtime::is_cancelled()) co_return changed;
    if (!added || co_await when_written(model) == before) continue;
    ++changed;
    runtime::log_info("voice_added", {{"voice", model.stem().string()}});
  }
  co_return changed;
}

void adopt_voices_now(const config::Config& config, const fs::path& config_file) {
  boost::asio::io_context loop;
  runtime::ThreadPool on_loop(loop.get_executor());
  runtime::SystemClock clock;
  boost::asio::co_spawn(loop, adopt(config, config_file, on_loop, clock), boost::asio::detached);
  loop.run();
}

}  // namespace antiphon::cli
