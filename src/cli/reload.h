#pragma once

#include <boost/asio/signal_set.hpp>
#include <filesystem>

#include "config/config.h"
#include "gateway/server.h"
#include "identity/exposure.h"
#include "runtime/awaitable.h"
#include "runtime/clock.h"
#include "runtime/thread_pool.h"

namespace antiphon::cli {

/// A server that runs, and what it was started with. The references outlive it.
struct Reloading {
  gateway::Server& server;
  const config::Config& config;
  std::filesystem::path config_file;  ///< "" = none.
  identity::Exposure running;
  runtime::ThreadPool& readers;  ///< One thread, so that what was read last is applied last.
  runtime::Clock& clock;
};

/// At each signal of `hangups`, until these are cancelled: reads the store of voices, the dictionaries and the files of
/// keys, tokens and certificates again on a thread of `readers`, and applies all of it. Where any of it cannot be read,
/// or identity::check_reload() refuses the whole, nothing changes and the log says why (`not_reloaded`).
[[nodiscard]] runtime::Awaitable<> reload_on_hangup(Reloading& reloading, boost::asio::signal_set& hangups);

/// Now and at each signal of `hangups`, which are its own, until these are cancelled: adds the voices of voices.models
/// to the store, and where it has changed reloads the same as above. Nothing else waits for it.
[[nodiscard]] runtime::Awaitable<> adopt_on_hangup(Reloading& reloading, boost::asio::signal_set& hangups);

}  // namespace antiphon::cli
