#pragma once

#include <boost/asio/signal_set.hpp>

#include "config/config.h"
#include "gateway/server.h"
#include "identity/exposure.h"
#include "runtime/awaitable.h"
#include "runtime/thread_pool.h"

namespace antiphon::cli {

/// At each signal of `hangups`, until these are cancelled: reads the store of voices, the dictionaries and the files of
/// keys, tokens and certificates again on a thread of `readers`, and applies all of it. Where any of it cannot be read,
/// or identity::check_reload() refuses the whole, nothing changes and the log says why (`not_reloaded`). `running`: how
/// the server was started. The references outlive it.
[[nodiscard]] runtime::Awaitable<> reload_on_hangup(gateway::Server& server, const config::Config& config,
                                                    identity::Exposure running, boost::asio::signal_set& hangups,
                                                    runtime::ThreadPool& readers);

}  // namespace antiphon::cli
