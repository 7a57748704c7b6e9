#pragma once

#include <cstddef>
#include <unordered_map>

#include "base/time.h"
#include "base/units.h"
#include "scheduler/playback_clock.h"
#include "scheduler/records.h"
#include "scheduler/types.h"

namespace antiphon::scheduler {

/// Audio of a stream that is not rendered yet.
struct AudioLeft {
  base::Duration planned{};
  base::Duration unplanned{};  ///< Estimated.
};

/// The streams that were let in and have not ended. Not thread-safe.
class StreamTable {
 public:
  using Streams = std::unordered_map<base::StreamId, records::Stream>;

  /// The stream enters; its id must be new. The reference is valid until the stream is erased.
  records::Stream& add(const StreamSpec& spec, base::TimePoint now);
  void erase(base::StreamId stream) { streams_.erase(stream); }

  /// Returns nullptr if there is no such stream.
  [[nodiscard]] records::Stream* find(base::StreamId stream);
  [[nodiscard]] const records::Stream* find(base::StreamId stream) const;
  /// The stream must be there.
  [[nodiscard]] records::Stream& at(base::StreamId stream) { return streams_.at(stream); }
  [[nodiscard]] const records::Stream& at(base::StreamId stream) const { return streams_.at(stream); }
  [[nodiscard]] std::size_t size() const { return streams_.size(); }
  [[nodiscard]] Streams::const_iterator begin() const { return streams_.begin(); }
  [[nodiscard]] Streams::const_iterator end() const { return streams_.end(); }

  /// Returns nullptr if there is no such stream.
  [[nodiscard]] const PlaybackClock* playback(base::StreamId stream) const;
  /// Returns zeros if there is no such stream.
  [[nodiscard]] AudioLeft left_of(base::StreamId stream) const;
  /// Number of streams that cannot get a job: more text has to come, or the client is not taking what there is.
  [[nodiscard]] std::size_t resting() const;
  /// Returns when the first of the user's streams will have been heard to its end; zero without streams.
  [[nodiscard]] base::Duration next_end_of_user(base::UserId user, base::TimePoint now) const;
  [[nodiscard]] base::Duration next_end_of_account(base::UserId account, base::TimePoint now) const;

 private:
  template <class Matches>
  [[nodiscard]] base::Duration next_end(const Matches& matches, base::TimePoint now) const;

  Streams streams_;
};

}  // namespace antiphon::scheduler
