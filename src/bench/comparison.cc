#include "bench/comparison.h"

#include <nlohmann/json.hpp>

#include "bench/report_page.h"
#include "report/page.h"

namespace antiphon::bench {
namespace {

/// Whether the page can show it. The page takes text as text, so only the shape counts.
bool is_report(const nlohmann::json& json) {
  if (!json.is_object() || !json.contains("load") || !json["load"].is_string()) return false;
  const auto all = json.find("all");
  const auto gaps = json.find("gaps");
  if (all == json.end() || !all->is_object() || gaps == json.end() || !gaps->is_array()) return false;
  for (const auto* const name : {"requests", "complete", "refused", "limited", "left", "failed", "good_share",
                                 "good_share_admitted", "c50", "paced_pieces", "audio_s_per_s"}) {
    if (!all->contains(name) || !(*all)[name].is_number()) return false;
  }
  for (const auto* const name : {"first_audio_s", "worst_gap_s", "jitter_s"}) {
    if (!all->contains(name) || !(*all)[name].is_object()) return false;
  }
  return true;
}

}  // namespace

base::Result<std::string, std::string> to_html(const std::vector<NamedReport>& reports) {
  auto runs = nlohmann::json::array();
  for (const auto& report : reports) {
    auto json = nlohmann::json::parse(report.json, nullptr, /*allow_exceptions=*/false);
    if (!is_report(json)) return std::unexpected("'" + report.name + "' is no report of antiphon bench --json");
    json["name"] = report.name;
    runs.push_back(std::move(json));
  }
  return report::make_page(report_page(), runs.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace antiphon::bench
