#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/results.h"
#include "simulator/scenario.h"

namespace antiphon::simulator {

/// An order of the work, with or without admission.
struct Variant {
  scheduler::Policy policy = scheduler::Policy::kFair;
  scheduler::Admission admission = scheduler::Admission::kOn;

  /// The policy's name; "edf + admission", "fair - admission" where it is not what the policy comes with.
  [[nodiscard]] std::string name() const;
};

/// A scenario, and what tells it from the others of a study.
struct Point {
  std::string series;  ///< What is compared; mostly a Variant's name.
  double x = 0;        ///< Its place on the study's axis.
  std::string label;   ///< The same in words.
  Scenario scenario;
};

/// Scenarios that are run and shown together.
struct Study {
  std::string name;
  std::string title;
  std::string axis;
  std::vector<Point> points;

  /// Of the first point that is not valid.
  [[nodiscard]] std::expected<void, std::string> validate() const;
};

struct Outcome {
  Point point;
  Result result;
};

/// Called after each point.
using Progress = std::function<void(std::size_t done, std::size_t of)>;

/// Runs every point of a valid study with `runs` seeds (1 or more).
[[nodiscard]] std::vector<Outcome> run(const Study& study, std::uint32_t runs, const Progress& progress = {});

struct NamedStudy {
  std::string_view name;
  std::string_view about;
};
/// What plan() knows.
[[nodiscard]] std::span<const NamedStudy> studies();

/// The study of that name, nothing when there is none. `base` gives the machine, the options, durations and seed, and
/// of its first group the lengths, waits and retries where the study does not fix them; `axis` replaces the study's own
/// values (loads, sizes of bursts, ...) when it is not empty.
[[nodiscard]] std::optional<Study> plan(std::string_view name, const Scenario& base, std::span<const Variant> variants,
                                        std::span<const double> axis);

}  // namespace antiphon::simulator
