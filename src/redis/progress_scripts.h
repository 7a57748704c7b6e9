#pragma once

#include <string_view>

namespace antiphon::redis {

// What the store has Redis do in one step. Each record is a hash of the fields r (the request), p (the progress), o
// (the cell that owns it), t (the fencing token), c and u (when it was created and last written, in ms since 1970). The
// keys are those of the record, of the live streams and of the streams of its user: sorted sets by when they were
// written, in s since 1970 by Redis' clock. What lies more than half a minute ahead of it was written by another one,
// and leaves.

/// Arguments: token, cell, progress, now, lifetime in ms, 1 where it is live, name, created, and the request; without
/// the request only a record that is there is written. Returns 0 when it was written, -1 when the request is missing,
/// else the token of the later owner.
[[nodiscard]] std::string_view write_script();
/// Arguments: token, name. Returns 1 unless there is a later owner.
[[nodiscard]] std::string_view erase_script();
/// Arguments: cell, now, lifetime in ms, name. Returns nil, or r, p, o, t, c, u.
[[nodiscard]] std::string_view claim_script();

/// KEYS: the live streams. ARGV: the most to return. Returns the names of those that were written in the last half
/// minute by Redis' clock: the others are of cells that are gone.
[[nodiscard]] std::string_view list_script();

}  // namespace antiphon::redis
