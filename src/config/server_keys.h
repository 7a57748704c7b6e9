#pragma once

#include "config/key.h"

namespace antiphon::config {

/// Visits the keys of the server itself and of its API keys; see each_key().
template <class AnyConfig, class Visit>
void each_server_key(AnyConfig& config, const Visit& visit) {
  auto& server = config.server;
  visit(Key{"server", "host",
            "Address to listen on: numeric, localhost, or * for 0.0.0.0. Other machines reach only what is not a "
            "loopback."},
        server.host);
  visit(Key{"server", "port", "TCP port; 0 picks a free one.", 0, 65'535}, server.port);
  visit(Key{"server", "allowed_hosts",
            "Names that requests may use for this server besides localhost and its addresses, such as \"antiphon\"; "
            "\"*.lan\": those below, \".lan\": that one, too; \"*\": any. /healthz, /readyz and /metrics need none."}
            .with_flag("--allowed-host"),
        server.allowed_hosts);
  visit(Key{"server", "allowed_origins",
            R"(Origins, such as "https://chat.example", whose web pages may use this server (CORS); "*": any.)"},
        server.allowed_origins);
  visit(Key{"server", "trusted_proxies",
            "Addresses or networks, such as \"10.0.0.0/8\", of proxies whose X-Forwarded-For is believed."},
        server.trusted_proxies);
  visit(Key{"server", "certificate",
            "PEM: the certificate of HTTPS and those that lead to its root, its own first; empty: plain HTTP. SIGHUP "
            "reads it again."}
            .with_flag("--certificate"),
        server.certificate);
  visit(Key{"server", "key", "PEM: the private key of the certificate, without a password."}.with_flag("--key"),
        server.key);
  visit(Key{"server", "allow_anonymous", "Whether other machines are served though there are no keys."}.with_flag(
            "--allow-anonymous"),
        server.allow_anonymous);
  visit(Key{"server", "known_models_only",
            "Whether a model that GET /v1/models does not list is refused; else any name is taken, and none."},
        server.known_models_only);
  visit(Key{"server", "max_connections", "Connections at once; the next one is refused.", 1, 65'536},
        server.max_connections);
  visit(Key{"server", "max_connections_per_address",
            "Those of one address, or of one IPv6 /64, at each door; this machine and trusted proxies have no limit.",
            1, 65'536},
        server.max_connections_per_address);
  visit(Key{"server", "max_streams", "Utterances that are spoken at once; the next one is refused.", 1, 65'536},
        server.max_streams);
  visit(Key{"server", "max_live_subscribers",
            "Clients that watch the live view at once, each of its two event streams counted; the next one is refused.",
            0, 1024},
        server.max_live_subscribers);
  visit(Key{"server", "encoder_threads", "Threads that resample and encode.", 1, 256}, server.encoder_threads);
  visit(Key{"server", "drain_seconds", "How long SIGTERM lets what plays go on.", 0, 86'400}, server.drain);
  visit(Key{"server", "max_handshakes",
            "Connections that agree on TLS at once, each counted for half a second at least; the next one is closed.",
            1, 65'536},
        server.max_handshakes);
  visit(Key{"server", "max_handshakes_per_address",
            "Those of one address, or of one IPv6 /64; this machine and trusted proxies have no limit.", 1, 65'536},
        server.max_handshakes_per_address);
  visit(Key{"server", "handshake_timeout_seconds", "For TLS to be agreed on.", 0.1, 3600}, server.handshake_timeout);
  visit(Key{"server", "header_timeout_seconds", "For the head of a request to arrive.", 0.1, 3600},
        server.header_timeout);
  visit(Key{"server", "body_timeout_seconds", "For its body.", 0.1, 3600}, server.body_timeout);
  visit(Key{"server", "idle_timeout_seconds", "Between two requests of a connection.", 0.1, 3600}, server.idle_timeout);
  visit(Key{"server", "write_timeout_seconds", "A client that takes nothing for so long is dropped.", 0.1, 3600},
        server.write_timeout);
  visit(Key{"server", "lag_limit_seconds",
            "A listener so far behind is dropped: its audio has waited for so much longer than what it took of it "
            "lasts.",
            1, 86'400},
        server.lag_limit);

  visit(Key{"keys", "file", "Where `antiphon keys` keeps the hashes of keys; empty: the user's data folder."},
        config.keys.file);
}

}  // namespace antiphon::config
