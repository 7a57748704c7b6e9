#pragma once

#include "config/key.h"

namespace antiphon::config {

/// Visits the keys of the interfaces that clients speak, and of what is kept of their streams; see each_key().
template <class AnyConfig, class Visit>
void each_interface_key(AnyConfig& config, const Visit& visit) {
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
}

}  // namespace antiphon::config
