#pragma once

#include <cstdint>
#include <string_view>

#include "config/config.h"

namespace antiphon::config {

/// A key of the file. Durations are in seconds there.
struct Key {
  std::string_view section;
  std::string_view name;
  std::string_view doc;  ///< What it does; unit, range and default are added where it is printed.
  double least = 0;      ///< Of numbers and durations.
  double most = 0;
  /// The flag that sets it, too, such as "--policy", for the commands that use it; "": there is none. Its variable of
  /// the environment follows from section and name: see variable_of().
  std::string_view flag = {};
  std::string_view flag_doc = {};  ///< What the flag does besides; "": nothing.

  [[nodiscard]] constexpr Key with_flag(std::string_view name_of_flag, std::string_view doc_of_flag = {}) const {
    auto key = *this;
    key.flag = name_of_flag;
    key.flag_doc = doc_of_flag;
    return key;
  }
};

/// Calls `visit(key, value)` for every key but the tables of voices, in the order of the file. `value` is a reference
/// to a std::string, std::vector<std::string>, std::filesystem::path, unsigned integer, double, bool, base::Duration or
/// enumeration of `config`.
template <class AnyConfig, class Visit>
void each_key(AnyConfig& config, const Visit& visit) {
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

  visit(Key{"voices", "folder", "Where the prepared voices lie; empty: the user's data folder."}.with_flag("--voices"),
        config.voices.folder);
  visit(
      Key{"voices", "default",
          "The voice that is loaded first and that OpenAI's names stand for; empty: that of `antiphon voices default`, "
          "else the first."}
          .with_flag("--voice"),
      config.voices.preferred);
  visit(
      Key{"voices", "models",
          "A folder of Piper's voices, FILE.onnx with FILE.onnx.json beside it, that the server adds to the store when "
          "it starts and at SIGHUP; empty: none."},
      config.voices.models);

  visit(Key{"engine", "onnxruntime_library", "ONNX Runtime, version 1.21 or later; empty: the one set-up installed."},
        config.engine.onnxruntime_library);
  visit(Key{"engine", "espeak_library", "libespeak-ng; empty: the one set-up installed."},
        config.engine.espeak_library);
  visit(Key{"engine", "espeak_data", "Its folder espeak-ng-data; empty: the one set-up installed."},
        config.engine.espeak_data);

  visit(
      Key{"engine", "kernel",
          "What renders Piper's voices: voice (what the voice's preparation chose), ort (ONNX Runtime), direct or fast "
          "(our own kernels). It decides the bytes."}
          .with_flag("--engine-kernel"),
      config.engine.kernel);

  visit(
      Key{"engine", "device",
          "What grains are rendered on: cpu, or cuda:K with the build of ONNX Runtime for CUDA. It decides the bytes."}
          .with_flag("--device"),
      config.engine.device);
  visit(
      Key{"engine", "batch",
          "Grains that a worker renders at once with ONNX Runtime, filled up where there are fewer; 0: 1 on cpu, 16 on "
          "a CUDA device. It decides the bytes.",
          0, 64}
          .with_flag("--batch"),
      config.engine.batch);
  visit(Key{"engine", "onnxruntime_cuda_library",
            "ONNX Runtime's build for CUDA; empty: in onnxruntime-gpu/lib beside the one set-up installed."},
        config.engine.onnxruntime_cuda_library);

  visit(Key{"text", "max_characters", "Longest piece that is planned at once. It decides the bytes.", 16, 10'000},
        config.text.max_chars);
  visit(
      Key{"text", "sentence_silence_seconds", "Silence after each sentence but the last. It decides the bytes.", 0, 10},
      config.text.sentence_pause);

  visit(Key{"text", "first_clause_characters",
            "Shortest first piece of a text that comes word by word, cut at the end of a clause; 0: whole sentences "
            "only.",
            0, 10'000},
        config.text.first_clause_chars);
  visit(Key{"text", "flush_after_seconds",
            "A text that comes word by word and does not go on for so long is spoken as far as it is; a word or number "
            "that may go on waits five times as long.",
            0.1, 3600},
        config.text_silence);
  visit(Key{"text", "normalise",
            "Whether a text is read as a person would read it, on or off; off: as it is written. This and the next two "
            "decide the bytes."},
        config.text.normalise);
  visit(Key{"text", "markdown",
            "What happens to Markdown, HTML and addresses: strip (a link is its label, an address its host) or read."},
        config.text.markup.markup);
  visit(Key{"text", "emoji", "What happens to emoji: silent, or named."}, config.text.markup.emoji);
  visit(Key{"text", "pronunciations",
            "A folder of dictionaries NAME.toml, read again at SIGHUP; empty: none. They decide the bytes."},
        config.pronunciations);

  visit(Key{"openai", "max_characters", "Of the text of one request.", 1, 100'000}, config.openai.max_characters);
  visit(Key{"openai", "refuse_wordless",
            "Whether a text in which nothing can be spoken, such as emoji alone, is refused with 400; else it is "
            "answered with 0.1 s of silence."},
        config.openai.refuse_wordless);

  auto& progress = config.progress;
  visit(Key{"progress", "records",
            "Streams of which it is kept how far they got, so that they can be resumed; 0: none can.", 0, 1'000'000},
        progress.records);
  visit(Key{"progress", "memory_mib", "All that is kept of them; the stream that ended longest ago makes room.", 1,
            65'536},
        progress.memory_mib);
  visit(Key{"progress", "ttl_seconds", "How long a stream can be resumed after it last got on.", 1, 604'800},
        progress.ttl);
  visit(Key{"progress", "text",
            "kept: with its text, so that its id is enough to resume it; hashed: only a client that sends the text "
            "again can."},
        progress.text);
  visit(Key{"progress", "url",
            "Where they are kept instead of in memory, so that another gateway, or this one after a restart, goes on "
            "with them: redis://USER:PASSWORD@HOST:PORT/DATABASE, rediss:// (TLS), unix://PATH or "
            "redis+sentinel://HOST,HOST/MASTER; empty: in memory. Gateways that share it share the keys below."},
        progress.url);
  visit(Key{"progress", "prefix", "Begins every key in Redis."}, progress.prefix);
  visit(Key{"progress", "cell", "The name of this gateway there; empty: the machine's, with the port."}, progress.cell);
  visit(Key{"progress", "authorities", "Of Redis' certificate, with rediss://: a PEM file."}, progress.authorities);

  auto& cache = config.cache;
  visit(Key{"cache", "memory_mib",
            "Memory for audio that was rendered, so that the same request needs no worker; the audio that was played "
            "longest ago makes room; 0: none.",
            0, 65'536},
        cache.memory_mib);
  visit(Key{"cache", "folder", "A folder, of this server alone, where such audio is kept beyond its end; empty: none."},
        cache.folder);
  visit(Key{"cache", "disk_mib", "What its files may take.", 1, 16'777'216}, cache.disk_mib);
  visit(Key{"cache", "scope",
            "The requests that share audio: user (those of one user of a key), account (those of one key, or of one "
            "address without keys) or all."},
        cache.scope);

  visit(Key{"cell", "agent_listen",
            "ADDRESS:PORT where HAProxy's agent check is told what room there is, such as 0.0.0.0:8081; empty: off."},
        config.cell.agent_listen);

  visit(Key{"wyoming", "listen", "ADDRESS:PORT for Home Assistant, such as 0.0.0.0:10200; empty: off."}.with_flag(
            "--wyoming"),
        config.wyoming.listen);
  visit(Key{"wyoming", "max_connections", "Connections at once; the next one is closed.", 1, 65'536},
        config.wyoming.max_connections);
  visit(
      Key{"wyoming", "max_characters", "Of a text that comes as a whole; one that is streamed has no end.", 1, 262'144},
      config.wyoming.max_characters);

  visit(Key{"elevenlabs", "contexts", "Utterances at once on one WebSocket of several that take text.", 1, 1024},
        config.elevenlabs.contexts);
  visit(
      Key{"elevenlabs", "closed_contexts", "The same of those that are closed and only spoken to their end.", 1, 1024},
      config.elevenlabs.closed_contexts);
  visit(Key{"elevenlabs", "max_characters", "Of the text of one request, or of one message.", 1, 100'000},
        config.elevenlabs.max_characters);
  visit(Key{"elevenlabs", "lead_seconds",
            "A WebSocket gets audio at most so far ahead of its playback; 0: as fast as it is made.", 0, 3600},
        config.elevenlabs.lead);

  auto& scheduler = config.scheduler;
  visit(Key{"scheduler", "policy", "Order of the work: fifo, rr, plan, edf or ours. All but ours are baselines."}
            .with_flag("--policy"),
        scheduler.policy);
  visit(Key{"scheduler", "placement",
            "Which free worker gets a job: affinity, least_loaded or round_robin. The last two are baselines."}
            .with_flag("--placement"),
        scheduler.placement);
  visit(Key{"scheduler", "queue_depth", "Jobs that a worker holds at once.", 1, 5}, scheduler.queue_depth);
  visit(Key{"scheduler", "start_slack_seconds", "A new stream's first job is due so long after its turn.", 0, 10},
        scheduler.start_slack);
  visit(Key{"scheduler", "guard_seconds", "Reserve kept before a listener would run dry.", 0, 1}, scheduler.guard);
  visit(Key{"scheduler", "longest_job_seconds", "The longest job that cannot be interrupted.", 0.01, 10},
        scheduler.longest_job);
  visit(Key{"scheduler", "chunk_max_seconds", "Longest chunk after the first, in audio time.", 0.05, 10},
        scheduler.chunk_max);
  visit(Key{"scheduler", "first_chunk_max_seconds", "Longest first chunk, in audio time.", 0.05, 10},
        scheduler.first_chunk_max);
  visit(
      Key{"scheduler", "fixed_chunk_grains", "Grains of every chunk, for experiments; 0: by the chunk rule.", 0, 1000},
      scheduler.fixed_chunk_grains);
  visit(Key{"scheduler", "plan_chunk_seconds", "Chunk of the policy plan, in audio time.", 0.05, 10},
        scheduler.plan_chunk);
  visit(Key{"scheduler", "plan_chunk_loaded_seconds", "The same above prefetch_load; the original plan has 0.5 here.",
            0.05, 10},
        scheduler.plan_chunk_loaded);
  visit(Key{"scheduler", "worker_losses_per_job", "A job that lost so many workers fails its stream.", 1, 10},
        scheduler.worker_losses_per_job);
  visit(Key{"scheduler", "user_memory_seconds", "How long a user without streams is remembered.", 0, 600},
        scheduler.user_memory);

  visit(Key{"scheduler", "prefetch_load",
            "Share of what can be promised above which segments are not planned earlier than needed.", 0, 1},
        scheduler.prefetch_load);
  visit(Key{"scheduler", "cheaper_load", "The same above which new requests get the cheaper voice, where one is named.",
            0, 1},
        scheduler.cheaper_load);
  visit(Key{"scheduler", "shed_lateness_seconds",
            "Streams are given up, one each 0.1 s, while one is late by more than this for shed_after_seconds.", 0.1,
            600},
        scheduler.shed_lateness);
  visit(Key{"scheduler", "shed_after_seconds", "See shed_lateness_seconds.", 0, 600}, scheduler.shed_after);

  visit(Key{"admission", "test", "Whether a new request must fit beside what is promised: on or off (a baseline)."}
            .with_flag("--admission"),
        scheduler.admission);
  visit(Key{"admission", "utilisation", "Share of the workers' time that may be promised.", 0.1, 1},
        scheduler.utilisation);
  visit(Key{"admission", "first_audio_seconds", "Within what time an admitted stream is to be heard.", 0.1, 60},
        scheduler.first_audio_target);
  visit(Key{"admission", "phantom_streams",
            "Typical streams that must still fit beside a new request whose account has streams already: one for "
            "each, up to so many; and the same again where its user has.",
            0, 16},
        scheduler.phantom_streams);
  visit(Key{"admission", "phantom_length_seconds", "Length of a typical stream.", 1, 600}, scheduler.phantom_length);
  visit(
      Key{"admission", "streams_per_user", "Streams of one user, live or waiting; the next one gets 429.", 1, 100'000},
      scheduler.streams_per_user);
  visit(Key{"admission", "waiting_max", "Requests that may wait for room at once.", 0, 10'000}, scheduler.waiting_max);
  visit(Key{"admission", "wait_seconds", "How long a request waits for room that does not say so by Prefer: wait=N.", 0,
            3600},
        config.wait.usual);
  visit(Key{"admission", "wait_max_seconds", "The longest wait that a request may ask for.", 0, 3600},
        config.wait.longest);
  visit(Key{"admission", "reservation_grace_seconds",
            "How long the room of a refused user is reserved after its retry time.", 0, 60},
        scheduler.reservation_grace);

  visit(Key{"log", "level", "Least level that is written: debug, info, warn, error or off."}, config.log_level);
  visit(Key{"log", "format", "What a line is: text, or json (one object)."}.with_flag("--log"), config.log.format);
  visit(Key{"log", "answers",
            "Which answers get a line: all, no_probes (but those of /healthz, /readyz and /metrics that are 200) or "
            "none."},
        config.log.answers);
  visit(Key{"log", "answers_per_second",
            "Lines of answers without audio in a second; then it is said how many more there were.", 1, 100'000},
        config.log.answers_per_second);
  visit(Key{"log", "client_address", "Whether these lines have the client's address."}, config.log.client_address);

  auto& tracing = config.tracing;
  visit(Key{"tracing", "collector",
            "Where spans of utterances go, by OTLP over HTTP: http://HOST:PORT/PATH, whose port is 4318 and whose path "
            "is "
            "/v1/traces where none is given; empty: nowhere."},
        tracing.collector);
  visit(
      Key{"tracing", "sampling",
          "Share of the utterances that are traced there; where the client sends traceparent, its flag decides.", 0, 1},
      tracing.sampling);
  visit(Key{"tracing", "queue", "Spans that wait for the collector; the next one is dropped.", 1, 1'000'000},
        tracing.queue);
  visit(Key{"tracing", "service", "The service.name of these spans."}, tracing.service);
  visit(Key{"tracing", "file", "A file that gets the spans of every utterance, for Perfetto or Chrome; empty: none."}
            .with_flag("--trace"),
        tracing.file);
  visit(Key{"tracing", "file_mib", "After so much the further spans are left out of it.", 1, 4'096}, tracing.file_mib);
}

}  // namespace antiphon::config
