#pragma once

#include <cstdint>
#include <vector>

#include "voice_import/stream.h"

namespace antiphon::voice_import {

/// By how much each stream trails the prior, and how much of its past is kept for the next grain. Indexed by the
/// numbers of the streams. Once r rows have come in, a stream has been computed up to sample r * rate - lag.
struct Schedule {
  std::vector<char> live;  ///< Whether the output depends on it.
  /// Operations of one stream sample by sample are computed anew on the kept samples of what they are made from: the
  /// root, which is the stream itself for all other kinds.
  std::vector<int> root;
  std::vector<std::int64_t> lag;
  std::vector<std::int64_t> history;  ///< Samples kept; 0 for all but roots.
  std::int64_t first_frames = 0;      ///< The least first grain after which each stream has its history.
};

/// How a stream is read by another: from `history` samples before the new ones, leaving the newest `rest` for later.
struct Reading {
  std::int64_t history = 0;
  std::int64_t rest = 0;
};

/// How `user` reads each of its sources (or the waveform is read, for user -1) under a schedule's lags.
[[nodiscard]] Reading reading_of(const StreamGraph& graph, const std::vector<std::int64_t>& lag, int user, int source);

/// Delays the output by as little as possible, and chooses the other lags so that little has to be kept.
/// Error: kModelUnsupported where a lag is beyond that of any voice.
[[nodiscard]] Result<Schedule> schedule(const StreamGraph& graph, std::uint32_t grain_frames);

}  // namespace antiphon::voice_import
