#pragma once

#include "config/key.h"

namespace antiphon::config {

/// Visits the keys of the log and of traces; see each_key().
template <class AnyConfig, class Visit>
void each_log_key(AnyConfig& config, const Visit& visit) {
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
