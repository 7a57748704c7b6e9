#include "cli/voice_cost.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <span>
#include <string_view>
#include <utility>

#include "process/usage.h"
#include "simulator/capacity.h"

namespace antiphon::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<std::string_view, 3> kEnglish = {
    "It is ten past four.", "Your order has been shipped and will arrive on Thursday before noon.",
    "The first voice begins before the sentence is finished, and the second never waits for it to end."};
/// Numbers are read in every language.
constexpr std::array<std::string_view, 3> kNumbers = {"1998, 2026.", "12345, 678, 90121.", "90, 81, 72, 63, 54, 45."};
constexpr int kRounds = 3;
constexpr double kPatience = 3;  ///< Seconds after which a slow voice has said enough.

/// What a voice's work takes: of the processor, which other programs slow down less than they slow down the clock on
/// the wall; that clock counts for tones, which may cost time asleep.
enum class Timing : std::uint8_t { kProcessor, kWall };

double seconds_now(Timing timing) {
  constexpr double kNano = 1e-9;
  timespec now{};
  ::clock_gettime(timing == Timing::kWall ? CLOCK_MONOTONIC : CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * kNano;
}

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// What one sentence took, and how long it is.
struct Spoken {
  double plan = 0;
  double render = 0;
  double audio = 0;
  double grain = 0;  ///< The longest of its grains.
};

engine::Result<Spoken> speak(engine::Voice& voice, std::string_view text, Timing timing) {
  const auto rate = voice.info().sample_rate;
  const auto planned_at = seconds_now(timing);
  const auto plan = voice.plan({.text = text});
  Spoken spoken{.plan = seconds_now(timing) - planned_at};
  if (!plan) return std::unexpected(plan.error());
  spoken.audio = base::to_seconds(base::playing_time(plan->samples(), rate));
  const auto begin = seconds_now(timing);
  std::vector<std::byte> state;
  for (const auto& grain : plan->grains) {
    const auto from = std::size_t{grain.row_begin} * plan->row_bytes;
    const auto to = std::size_t{grain.row_end} * plan->row_bytes;
    auto rendered =
        voice.render({.grain = grain, .rows = std::span(plan->prior).subspan(from, to - from), .state = state});
    if (!rendered) return std::unexpected(std::move(rendered.error()));
    state = std::move(rendered->state);
    spoken.grain = std::max(spoken.grain, base::to_seconds(base::playing_time({grain.samples}, rate)));
  }
  spoken.render = seconds_now(timing) - begin;
  return spoken;
}

/// The quickest of some rounds.
engine::Result<Spoken> speak_quickly(engine::Voice& voice, std::string_view text, Timing timing) {
  auto best = speak(voice, text, timing);
  const auto begin = Clock::now();
  for (int round = 1; best && round < kRounds && seconds_since(begin) < kPatience; ++round) {
    const auto again = speak(voice, text, timing);
    if (!again) return again;
    best->plan = std::min(best->plan, again->plan);
    best->render = std::min(best->render, again->render);
  }
  return best;
}

std::uint64_t memory_of_this_process() { return process::resident_bytes(::getpid()).value_or(0); }

}  // namespace

base::Result<VoiceCost, std::string> measure_cost(worker::Engines& engines, const voice::CatalogueEntry& entry) {
  const auto engine = std::ranges::find(engines, entry.engine, [](const auto& one) { return one->name(); });
  if (engine == engines.end()) return std::unexpected("it needs the engine '" + entry.engine + "'");
  VoiceCost cost{.voice = entry.id};
  const auto before = memory_of_this_process();
  const auto begin = Clock::now();
  const auto voice = (*engine)->load(entry.folder);
  if (!voice) return std::unexpected(voice.error().message);
  cost.load_s = seconds_since(begin);
  Spoken sum;
  const auto spoken_at = Clock::now();
  for (const auto text : entry.language.starts_with("en") ? kEnglish : kNumbers) {
    if (sum.audio > 0 && seconds_since(spoken_at) > kPatience) break;
    const auto spoken = speak_quickly(**voice, text, entry.engine == "tone" ? Timing::kWall : Timing::kProcessor);
    if (!spoken) return std::unexpected(spoken.error().message);
    sum.plan += spoken->plan;
    sum.render += spoken->render;
    sum.audio += spoken->audio;
    sum.grain = std::max(sum.grain, spoken->grain);
  }
  if (sum.audio <= 0) return std::unexpected("it says nothing");
  const auto after = memory_of_this_process();
  cost.bytes = after > before ? after - before : 0;
  cost.plan_ratio = sum.plan / sum.audio;
  cost.render_ratio = sum.render / sum.audio;
  cost.grain_s = sum.grain;
  return cost;
}

void find_listeners(VoiceCost& cost, const config::Config& config, std::uint32_t workers) {
  constexpr double kLeastRatio = 1e-4;
  constexpr double kMostGrain = 60;
  simulator::Scenario scenario;
  scenario.scheduling = config.scheduler;
  scenario.machine.workers = std::max(1U, workers);
  scenario.machine.grain = base::from_seconds(std::clamp(cost.grain_s, 0.01, kMostGrain));
  scenario.machine.voices = {{.fixed = scheduler::CostModel::Prior{}.fixed,
                              .ratio = std::max(kLeastRatio, cost.render_ratio),
                              .plan_ratio = cost.plan_ratio}};
  if (!scenario.validate()) return;
  cost.listeners = simulator::find_capacity(scenario, 1, config.server.max_streams).listeners;
  cost.at_limit = cost.listeners == config.server.max_streams;
}

}  // namespace antiphon::cli
