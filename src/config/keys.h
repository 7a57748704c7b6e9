#pragma once

#include "config/config.h"
#include "config/interface_keys.h"
#include "config/key.h"
#include "config/log_keys.h"
#include "config/scheduler_keys.h"
#include "config/server_keys.h"
#include "config/speech_keys.h"
#include "config/worker_keys.h"

namespace antiphon::config {

/// Calls `visit(key, value)` for every key but the tables of voices, in the order of the file. `value` is a reference
/// to a std::string, std::vector<std::string>, std::filesystem::path, unsigned integer, double, bool, base::Duration or
/// enumeration of `config`.
template <class AnyConfig, class Visit>
void each_key(AnyConfig& config, const Visit& visit) {
  each_server_key(config, visit);
  each_worker_key(config, visit);
  each_speech_key(config, visit);
  each_interface_key(config, visit);
  each_scheduler_key(config, visit);
  each_log_key(config, visit);
}

}  // namespace antiphon::config
