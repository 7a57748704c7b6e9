#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "tracing/context.h"

namespace antiphon::tracing {

/// The parts of the way of an utterance.
enum class SpanKind : std::uint8_t {
  kRequest,     ///< All of it, from the order to the end of its audio: the parent of the others.
  kWait,        ///< Until it was admitted, or refused.
  kPlan,        ///< A segment was planned by a worker.
  kChunk,       ///< Grains in a row were rendered by a worker.
  kFirstAudio,  ///< From the order to the first bytes of audio.
  kEgress,      ///< From the first bytes of audio to the last.
};
[[nodiscard]] std::string_view name_of(SpanKind kind);

/// A fact about a span; never a user's text. `key` has static storage.
struct Attribute {
  std::string_view key;
  std::variant<std::int64_t, double, std::string> value;
};

enum class Outcome : std::uint8_t { kOk, kFailed };

/// A part of the way of an utterance, when it is over.
struct Span {
  TraceId trace;
  SpanId id;
  SpanId parent;  ///< 0: it has none.
  SpanKind kind = SpanKind::kRequest;
  base::TimePoint begin;
  base::TimePoint end;  ///< Not before `begin`.
  base::StreamId stream;
  std::optional<base::WorkerId> worker{};  ///< That computed it.
  Outcome outcome = Outcome::kOk;
  std::vector<Attribute> attributes{};
};

}  // namespace antiphon::tracing
