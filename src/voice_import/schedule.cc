#include "voice_import/schedule.h"

#include <algorithm>
#include <limits>

namespace antiphon::voice_import {
namespace {

constexpr std::int64_t kMostLag = std::int64_t{1} << 28U;

std::size_t at(int number) { return static_cast<std::size_t>(number); }

/// The least by which `user` must trail its sources; for a transposed convolution, of an input without lag.
std::int64_t least_gap(const Stream& user) {
  if (const auto* conv = std::get_if<FromConv>(&user.from)) return conv->pad_right;
  if (const auto* transpose = std::get_if<FromConvTranspose>(&user.from)) return transpose->pad_left;
  return 0;
}

std::int64_t stretch(const Stream& user) {
  const auto* transpose = std::get_if<FromConvTranspose>(&user.from);
  return transpose == nullptr ? 1 : transpose->stride;
}

class Scheduler {
 public:
  explicit Scheduler(const StreamGraph& graph) : graph_(graph), count_(graph.streams.size()) {
    schedule_.live.assign(count_, 0);
    schedule_.root.resize(count_);
    schedule_.history.assign(count_, 0);
    users_.resize(count_);
    fixed_.assign(count_, 0);
  }

  Result<Schedule> run(std::uint32_t grain_frames) {
    find_live_and_roots();
    if (!lag_as_little_as_possible()) return unsupported("the renderer looks too far ahead");
    lag_as_much_as_possible();
    for (int sweep = 0; sweep < 4; ++sweep) {
      for (std::size_t i = 0; i < count_; ++i) improve(static_cast<int>(i));
    }
    for (std::size_t i = 0; i < count_; ++i) schedule_.history[i] = history_of(static_cast<int>(i));
    return finish(grain_frames);
  }

 private:
  [[nodiscard]] const Stream& stream(int number) const { return graph_.streams[at(number)]; }
  [[nodiscard]] int root(int number) const { return schedule_.root[at(number)]; }
  [[nodiscard]] std::int64_t& lag(int number) { return schedule_.lag[at(number)]; }
  [[nodiscard]] bool is_live_root(int number) const {
    return schedule_.live[at(number)] != 0 && root(number) == number;
  }

  void find_live_and_roots() {
    schedule_.live[at(graph_.output)] = 1;
    for (auto i = static_cast<int>(count_) - 1; i >= 0; --i) {
      if (schedule_.live[at(i)] == 0) continue;
      for (const int source : sources_of(stream(i))) schedule_.live[at(source)] = 1;
    }
    for (int i = 0; i < static_cast<int>(count_); ++i) {
      auto sources = sources_of(stream(i));
      const bool pointwise = std::holds_alternative<FromPointwise>(stream(i).from);
      const bool of_one =
          pointwise && !sources.empty() && std::ranges::count(sources, sources[0]) == std::ssize(sources);
      schedule_.root[at(i)] = of_one ? root(sources[0]) : i;
      if (of_one || schedule_.live[at(i)] == 0) continue;
      // Twice the same source, perhaps through other roots, is one use.
      for (auto& source : sources) source = root(source);
      std::ranges::sort(sources);
      const auto [repeated, end] = std::ranges::unique(sources);
      sources.erase(repeated, end);
      for (const int source : sources) users_[at(source)].push_back(i);
    }
  }

  bool lag_as_little_as_possible() {
    schedule_.lag.assign(count_, 0);
    for (int i = 0; i < static_cast<int>(count_); ++i) {
      if (root(i) != i) {
        lag(i) = lag(root(i));
        continue;
      }
      for (const int source : sources_of(stream(i))) {
        lag(i) = std::max(lag(i), (lag(source) * stretch(stream(i))) + least_gap(stream(i)));
      }
      if (lag(i) > kMostLag) return false;
    }
    fixed_[0] = 1;
    fixed_[at(root(graph_.output))] = 1;
    for (int i = 0; i < static_cast<int>(count_); ++i) {
      if (!std::holds_alternative<FromConvTranspose>(stream(i).from)) continue;
      fixed_[at(i)] = 1;
      fixed_[at(root(sources_of(stream(i))[0]))] = 1;
    }
    return true;
  }

  /// The most that a root may trail without its users trailing more.
  [[nodiscard]] std::int64_t most(int number) {
    auto bound = std::numeric_limits<std::int64_t>::max();
    for (const int user : users_[at(number)]) {
      if (stretch(stream(user)) == 1) bound = std::min(bound, lag(user) - least_gap(stream(user)));
    }
    return bound;
  }

  [[nodiscard]] std::int64_t least(int number) {
    std::int64_t bound = 0;
    for (const int source : sources_of(stream(number))) {
      bound = std::max(bound, lag(root(source)) + least_gap(stream(number)));
    }
    return bound;
  }

  [[nodiscard]] bool is_free(int number) const {
    return is_live_root(number) && fixed_[at(number)] == 0 && !users_[at(number)].empty();
  }

  void lag_as_much_as_possible() {
    for (auto i = static_cast<int>(count_) - 1; i >= 0; --i) {
      if (is_free(i)) lag(i) = most(i);
    }
    for (int i = 0; i < static_cast<int>(count_); ++i) lag(i) = lag(root(i));
  }

  [[nodiscard]] std::int64_t history_of(int number) {
    if (!is_live_root(number)) return 0;
    std::int64_t most_kept = 0;
    for (const int user : users_[at(number)]) {
      most_kept = std::max(most_kept, reading_of(graph_, schedule_.lag, user, number).history);
    }
    return most_kept;
  }

  /// The size of what is kept of a root and of its sources.
  [[nodiscard]] std::int64_t kept_around(int number) {
    auto sum = stream(number).channels * history_of(number);
    auto sources = sources_of(stream(number));
    for (auto& source : sources) source = root(source);
    std::ranges::sort(sources);
    const auto [repeated, end] = std::ranges::unique(sources);
    sources.erase(repeated, end);
    for (const int source : sources) sum += stream(source).channels * history_of(source);
    return sum;
  }

  /// Moves one lag to that end of its room where less has to be kept.
  void improve(int number) {
    if (!is_free(number)) return;
    auto best = lag(number);
    auto best_kept = kept_around(number);
    for (const auto candidate : {least(number), most(number)}) {
      lag(number) = candidate;
      const auto kept = kept_around(number);
      if (kept < best_kept) {
        best = candidate;
        best_kept = kept;
      }
    }
    lag(number) = best;
  }

  Result<Schedule> finish(std::uint32_t grain_frames) {
    constexpr std::int64_t kMostFrames = 4'096;
    std::int64_t frames = grain_frames;
    for (int i = 0; i < static_cast<int>(count_); ++i) {
      lag(i) = lag(root(i));
      if (schedule_.live[at(i)] == 0) continue;
      const auto rate = stream(i).rate;
      const auto needed = lag(i) + std::max<std::int64_t>(schedule_.history[at(i)], 1);
      frames = std::max(frames, (needed + rate - 1) / rate);
    }
    const auto ahead = (lag(graph_.output) + stream(graph_.output).rate - 1) / stream(graph_.output).rate;
    frames = std::max(frames, grain_frames + ahead);
    if (frames > kMostFrames) return unsupported("the renderer looks too far ahead");
    schedule_.first_frames = frames;
    return std::move(schedule_);
  }

  const StreamGraph& graph_;
  std::size_t count_;
  Schedule schedule_;
  std::vector<std::vector<int>> users_;  ///< Of each root: the roots that read it or what is computed from it alone.
  std::vector<char> fixed_;
};

}  // namespace

Reading reading_of(const StreamGraph& graph, const std::vector<std::int64_t>& lag, int user, int source) {
  if (user < 0) return {};
  const auto& stream = graph.streams[at(user)];
  if (const auto* transpose = std::get_if<FromConvTranspose>(&stream.from)) {
    return {.history = (transpose->kernel - 1) / transpose->stride, .rest = 0};
  }
  const auto* conv = std::get_if<FromConv>(&stream.from);
  const auto rest = lag[at(user)] - lag[at(source)] - (conv == nullptr ? 0 : conv->pad_right);
  const auto around = conv == nullptr ? 0 : conv->pad_left + conv->pad_right;
  return {.history = around + rest, .rest = rest};
}

Result<Schedule> schedule(const StreamGraph& graph, std::uint32_t grain_frames) {
  return Scheduler(graph).run(grain_frames);
}

}  // namespace antiphon::voice_import
