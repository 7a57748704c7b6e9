#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace antiphon::bench {

/// A report in JSON, as to_json() writes it, and what to call it.
struct NamedReport {
  std::string name;
  std::string json;
};

/// Returns one page that loads nothing from anywhere: figures, first audio, gaps and a timeline of each run, and good
/// share and first audio over the number of listeners where a run was a search. There is at least one report. Error: a
/// sentence about the first that is no report.
[[nodiscard]] base::Result<std::string, std::string> to_html(const std::vector<NamedReport>& reports);

}  // namespace antiphon::bench
