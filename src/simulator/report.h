#pragma once

#include <span>
#include <string>

#include "simulator/study.h"

namespace antiphon::simulator {

/// What is shown. Every form shows the same; all of it is UTF-8 and ends with a line's end.
struct Report {
  std::string command;  ///< That makes it again.
  Study study;
  std::vector<Outcome> outcomes;
};

/// For people: a row for each point and group of clients; means with half of their 95 % intervals.
[[nodiscard]] std::string to_table(const Report& report);

/// Every measure of every point, with half of its 95 % interval; times in seconds, shares 0 to 1.
[[nodiscard]] std::string to_json(const Report& report);

/// One page with plots, that loads nothing from anywhere: first audio and good share over the study's axis, and a
/// timeline of the jobs. Of each timeline it shows the first spans only.
[[nodiscard]] std::string to_html(const Report& report);

}  // namespace antiphon::simulator
