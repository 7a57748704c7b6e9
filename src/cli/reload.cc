#include "cli/reload.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "cli/access.h"
#include "cli/voice_folder.h"
#include "cli/voice_store.h"
#include "config/pronunciations.h"
#include "runtime/log.h"

namespace antiphon::cli {
namespace {

struct Files {
  delivery::VoiceDirectory voices;
  text::pronunciation::DictionarySet dictionaries;
  Access access;
};

/// Throws config::Error or std::runtime_error: none of it may be applied.
Files read_files(const config::Config& config, const identity::Exposure& running) {
  Files files{.voices = open_voices(config),
              .dictionaries = config::load_pronunciations(config.pronunciations),
              .access = read_access(config)};
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto sound = identity::check_reload(files.access.exposure, running, now);
  if (!sound) throw std::runtime_error(sound.error());
  return files;
}

/// All of it, or nothing. Throws std::runtime_error.
void apply(gateway::Server& server, Files files) {
  const auto all = files.voices.voices();
  const auto reloaded = server.reload({all.begin(), all.end()}, files.voices.aliases());
  if (!reloaded) throw std::runtime_error(reloaded.error().message);
  log_access(files.access);
  if (files.access.keys) server.set_keys(std::move(*files.access.keys));
  if (files.access.certificate) server.set_certificate(std::move(*files.access.certificate));
  server.set_credentials(std::move(files.access.workers));
  server.set_dictionaries(std::move(files.dictionaries));
}

runtime::Awaitable<> reload(Reloading& reloading) {
  std::string failure;
  try {
    const auto& config = reloading.config;
    auto files = co_await runtime::run_on(reloading.readers.make_strand(), [&config, running = reloading.running] {
      return std::optional(read_files(config, running));
    });
    if (!files) co_return;
    auto applied = files->access.exposure;
    apply(reloading.server, std::move(*files));
    reloading.running = std::move(applied);
  } catch (const std::exception& fault) {
    failure = fault.what();
  }
  if (!failure.empty()) runtime::log_error("not_reloaded", {{"reason", failure}});
}

constexpr auto kAwait = boost::asio::as_tuple(boost::asio::use_awaitable);

}  // namespace

runtime::Awaitable<> reload_on_hangup(Reloading& reloading, boost::asio::signal_set& hangups) {
  for (;;) {
    const auto [error, number] = co_await hangups.async_wait(kAwait);
    if (error) co_return;
    co_await reload(reloading);
  }
}

runtime::Awaitable<> adopt_on_hangup(Reloading& reloading, boost::asio::signal_set& hangups) {
  for (;;) {
    const auto changed =
        co_await adopt_voices(reloading.config, reloading.config_file, reloading.readers, reloading.clock);
    if (co_await runtime::is_cancelled()) co_return;
    if (changed > 0) co_await reload(reloading);
    const auto [error, number] = co_await hangups.async_wait(kAwait);
    if (error) co_return;
  }
}

}  // namespace antiphon::cli
