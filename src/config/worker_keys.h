#pragma once

#include "config/key.h"

namespace antiphon::config {

/// Visits the keys of workers, on this machine and on others; see each_key().
template <class AnyConfig, class Visit>
void each_worker_key(AnyConfig& config, const Visit& visit) {
  auto& pool = config.workers.pool;
  visit(Key{"workers", "count", "Worker processes that take jobs, each on one core; 0: as many as are needed.", 0, 1024}
            .with_flag("--workers", "0: only those that join from other machines."),
        config.workers.count);
  visit(Key{"workers", "most", "The most of them where count is 0; 0: one for each core.", 0, 1024},
        config.workers.most);
  visit(Key{"workers", "spares", "Workers kept ready to replace one that is lost, where memory allows.", 0, 1},
        config.workers.spares);
  visit(Key{"workers", "sandbox",
            "on: workers may compute, and read voices and libraries, nothing else; off: whatever their user may."},
        config.workers.sandbox);
  visit(
      Key{"workers", "program", "What is started as a worker, with the arguments of 'antiphon'; empty: this program."},
      config.workers.program);
  visit(Key{"workers", "voices", "Voices that one worker holds; the one used longest ago makes room.", 1, 1024},
        config.workers.voices);
  visit(Key{"workers", "backlog_seconds", "Audio that may wait for a slow client before its stream pauses.", 1, 3600},
        config.workers.backlog);
  visit(Key{"workers", "start_wait_seconds",
            "Another worker is started for a request that would wait longer than this.", 0, 60},
        pool.start_wait);
  visit(Key{"workers", "grow_after_seconds",
            "For how long requests must have had such waits; a refusal starts one at once.", 0, 600},
        pool.grow_after);
  visit(Key{"workers", "shrink_after_seconds", "A worker goes when for so long one less would have done.", 1, 86'400},
        pool.shrink_after);
  visit(Key{"workers", "shrink_load", "Share of what the rest can promise up to which it would.", 0.05, 1},
        pool.shrink_load);
  visit(Key{"workers", "memory_share", "Nothing is started when more of the memory would be used.", 0.1, 1},
        pool.memory_share);
  visit(Key{"workers", "memory_limit_mib", "A worker that has grown beyond it is replaced between jobs; 0: never.", 0,
            1 << 24},
        config.workers.memory_limit_mib);
  visit(Key{"workers", "deaths_per_minute", "A slot whose workers end more often rests for the quarantine.", 1, 1000},
        pool.deaths_per_minute);
  visit(Key{"workers", "quarantine_seconds", "How long such a slot is not used.", 1, 86'400}, pool.quarantine);
  visit(Key{"workers", "failed_starts", "After so many starts in a row that failed a slot is given up.", 1, 1000},
        pool.failed_starts);
  visit(Key{"workers", "first_pause_seconds", "Before a worker that keeps ending is started again; it doubles.", 0.001,
            3600},
        pool.backoff.first);
  visit(Key{"workers", "longest_pause_seconds", "The longest such pause.", 0.001, 86'400}, pool.backoff.cap);
  visit(Key{"workers", "kill",
            "Which late workers are killed: those that make no progress or compute for far too long (progress), or all "
            "(wall), which is a baseline."}
            .with_flag("--kill"),
        pool.stall.rule);
  visit(Key{"workers", "kill_factor", "A job is late beyond so many times what 95 % of its kind take.", 1.1, 100},
        pool.stall.factor);
  visit(Key{"workers", "kill_floor_seconds", "No job is late before.", 0.001, 10}, pool.stall.floor);
  visit(
      Key{"workers", "stall_window_seconds", "Without use of a processor for so long there is no progress.", 0.01, 10},
      pool.stall.window);
  visit(Key{"workers", "stall_limit_seconds", "Without a grain for so long a worker is killed whatever is expected.",
            0.1, 3600},
        pool.stall.job_limit);
  visit(Key{"workers", "load_limit_seconds", "For a worker to start, and for a voice to load.", 0.1, 3600},
        pool.stall.load_limit);

  auto& remote = config.remote;
  visit(Key{"remote", "listen",
            "ADDRESS:PORT where workers on other machines join ('antiphon worker --join'); empty: off."}
            .with_flag("--workers-listen"),
        remote.listen);
  visit(Key{"remote", "certificate",
            "PEM: the certificate by which these workers know this server, its own first; empty: no encryption, on a "
            "loopback only."}
            .with_flag("--workers-certificate"),
        remote.certificate);
  visit(
      Key{"remote", "key", "PEM: the private key of that certificate, without a password."}.with_flag("--workers-key"),
      remote.key);
  visit(Key{"remote", "client_authorities",
            "PEM: who may have signed the certificates that workers must show; empty: they need none."}
            .with_flag("--workers-client-ca"),
        remote.authorities);
  visit(
      Key{"remote", "tokens",
          "Where `antiphon keys add NAME --workers` keeps the hashes of their tokens; empty: the user's data folder."},
      remote.tokens);
  visit(Key{"remote", "most", "Workers on other machines at once; the next one is refused.", 1, 1024}, remote.most);
  visit(Key{"remote", "only", "Whether no worker is started on this machine."}, remote.only);
}

}  // namespace antiphon::config
