#include "cli/serve_settings.h"

#include "cli/address.h"

namespace antiphon::cli {

void ServeSettings::add_to(CLI::App& app) {
  settings.add_all_to(app);
  app.add_option(
      "--listen", listen,
      "ADDRESS:PORT, or one of them (127.0.0.1:8080); localhost, 0.0.0.0 and [::] are addresses, port 0 picks a free "
      "one [server.host, server.port]");
}

config::Config ServeSettings::effective() const {
  auto config = settings.load();
  if (listen) listen_at("--listen", *listen, config.server.host, config.server.port);
  config.server.host = numeric_host("server.host", config.server.host);
  if (settings.gives("--workers") && config.workers.count == 0) config.remote.only = true;
  config::validate(config);
  return config;
}

}  // namespace antiphon::cli
