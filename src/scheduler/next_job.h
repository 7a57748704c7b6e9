#pragma once

#include "base/time.h"
#include "scheduler/degradation.h"
#include "scheduler/options.h"
#include "scheduler/records.h"
#include "scheduler/types.h"

/// What a stream's next job is. Pure.
namespace antiphon::scheduler {

/// Audio length assumed for a segment that is not planned yet.
inline constexpr base::Duration kTypicalSegment = std::chrono::seconds(4);
/// No segment is longer.
inline constexpr base::Duration kLongestSegment = std::chrono::seconds(10);

/// Returns whether there is nothing to do for the stream until more text comes.
[[nodiscard]] bool is_idle(const records::Stream& stream);

/// Returns the audio of the stream's next segment, at most what is not planned.
[[nodiscard]] base::Duration next_segment(const records::Stream& stream);

/// Returns what the stream needs next: a chunk, or another plan while little of what is planned is left.
[[nodiscard]] JobKind needed_kind(const Options& options, const records::Stream& stream);

/// The same, but a plan also where one can be made earlier than it is needed.
[[nodiscard]] JobKind next_kind(const Options& options, const records::Stream& stream, Degradation level,
                                base::TimePoint now);

}  // namespace antiphon::scheduler
