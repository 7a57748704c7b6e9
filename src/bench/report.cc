#include "bench/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace antiphon::bench {
namespace {

constexpr double kLateClient = 0.02;
constexpr double kBusyClient = 0.9;

double first_audio_of(const Sample& sample) {
  return base::to_seconds(sample.waited) + base::to_seconds(sample.outcome.hearing.first_audio);
}
double worst_gap_of(const Sample& sample) { return base::to_seconds(sample.outcome.hearing.worst_gap); }

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

void count(Summary& summary, Ending ending) {
  switch (ending) {
    case Ending::kComplete:
      ++summary.complete;
      return;
    case Ending::kRefused:
      ++summary.refused;
      return;
    case Ending::kLimited:
      ++summary.limited;
      return;
    case Ending::kLeft:
      ++summary.left;
      return;
    case Ending::kFailed:
      ++summary.failed;
      return;
  }
}

/// Jain's index of the share x of each user's requests that was good: (sum x)^2 / (n sum x^2).
double jain_of(const std::map<std::string, std::vector<Sample>>& users) {
  double count = 0;
  double sum = 0;
  double squares = 0;
  for (const auto& [user, samples] : users) {
    const auto of_user = summarise(samples, 0);
    if (of_user.left == of_user.requests) continue;
    ++count;
    sum += of_user.good_share;
    squares += of_user.good_share * of_user.good_share;
  }
  return squares > 0 ? sum * sum / (count * squares) : 0;
}

nlohmann::json json_of(const Summary& s) {
  return {{"requests", s.requests},
          {"complete", s.complete},
          {"refused", s.refused},
          {"limited", s.limited},
          {"left", s.left},
          {"failed", s.failed},
          {"good_share", s.good_share},
          {"good_share_admitted", s.good_share_admitted},
          {"first_audio_s", {{"p50", s.first_audio_p50_s}, {"p95", s.first_audio_p95_s}, {"p99", s.first_audio_p99_s}}},
          {"worst_gap_s", {{"p95", s.worst_gap_p95_s}, {"max", s.worst_gap_s}}},
          {"c50", s.c50},
          {"c100", s.c100},
          {"c200", s.c200},
          {"audio_s_per_s", s.audio_s_per_s},
          {"paced_pieces", s.paced_pieces},
          {"jitter_s", {{"p50", s.jitter_p50_s}, {"p95", s.jitter_p95_s}, {"p99", s.jitter_p99_s}}}};
}

const char* word_of(Ending ending) {
  switch (ending) {
    case Ending::kComplete:
      return "complete";
    case Ending::kRefused:
      return "refused";
    case Ending::kLimited:
      return "limited";
    case Ending::kLeft:
      return "left";
    case Ending::kFailed:
      return "failed";
  }
  return "";
}

nlohmann::json json_of(const std::vector<Sample>& samples) {
  auto rows = nlohmann::json::array();
  for (const auto& sample : samples) {
    const auto& outcome = sample.outcome;
    rows.push_back({sample.group, word_of(outcome.ending), base::to_seconds(sample.begun), first_audio_of(sample),
                    base::to_seconds(outcome.took), base::to_seconds(outcome.hearing.audio), worst_gap_of(sample),
                    sample.attempts});
  }
  return {{"columns", {"group", "ending", "begun_s", "first_audio_s", "took_s", "audio_s", "worst_gap_s", "attempts"}},
          {"rows", std::move(rows)}};
}

std::vector<GapCount> count_gaps(const std::vector<Sample>& samples) {
  constexpr std::array kBounds{0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, std::numeric_limits<double>::infinity()};
  std::vector<GapCount> counts;
  for (const auto bound : kBounds) counts.push_back({.at_most_s = bound});
  for (const auto& sample : samples) {
    for (const double gap : sample.outcome.hearing.gaps) {
      ++std::ranges::lower_bound(counts, gap, {}, &GapCount::at_most_s)->count;
    }
  }
  return counts;
}

std::string row(const std::string& name, const Summary& s) {
  constexpr double kMs = 1e3;
  constexpr double kPercent = 100;
  return fmt::format(
      "{:<10} {:>6} {:>6} {:>6} {:>6} {:>6} {:>7.1f} {:>7.1f} {:>7.0f} {:>7.0f} {:>7.0f} {:>7.0f} "
      "{:>6.1f} {:>7.2f}\n",
      name, s.requests, s.complete, s.refused + s.limited, s.left, s.failed, s.good_share * kPercent,
      s.good_share_admitted * kPercent, s.first_audio_p50_s * kMs, s.first_audio_p95_s * kMs, s.first_audio_p99_s * kMs,
      s.worst_gap_s * kMs, s.c50 * kPercent, s.audio_s_per_s);
}

}  // namespace

bool ClientHealth::was_bottleneck() const {
  return lateness_p99_s > kLateClient || loop_late_p99_s > kLateClient || cpu_share > kBusyClient;
}

bool is_good(const Sample& sample) {
  return sample.outcome.ending == Ending::kComplete && first_audio_of(sample) <= kGoodFirstAudio &&
         worst_gap_of(sample) <= kGoodGap;
}

double quantile(std::vector<double> values, double p) {
  if (values.empty()) return 0;
  const auto rank = std::ceil(p * static_cast<double>(values.size())) - 1;
  const auto at = std::clamp<double>(rank, 0, static_cast<double>(values.size() - 1));
  const auto place = values.begin() + static_cast<std::ptrdiff_t>(at);
  std::ranges::nth_element(values, place);
  return *place;
}

Summary summarise(const std::vector<Sample>& samples, double seconds) {
  constexpr double kGap100 = 0.1;
  constexpr double kGap200 = 0.2;
  Summary s;
  std::vector<double> first;
  std::vector<double> gaps;
  std::vector<double> jitters;
  std::uint64_t good = 0;
  double audio = 0;
  for (const auto& sample : samples) {
    ++s.requests;
    count(s, sample.outcome.ending);
    audio += base::to_seconds(sample.outcome.hearing.audio);
    good += is_good(sample) ? 1 : 0;
    if (sample.outcome.hearing.audio.count() > 0) first.push_back(first_audio_of(sample));
    if (sample.outcome.ending == Ending::kComplete) gaps.push_back(worst_gap_of(sample));
    const auto& of_sample = sample.outcome.hearing.jitters;
    jitters.insert(jitters.end(), of_sample.begin(), of_sample.end());
  }
  const auto within = [&](double limit) {
    return share(static_cast<std::uint64_t>(std::ranges::count_if(gaps, [&](double gap) { return gap <= limit; })),
                 gaps.size());
  };
  s.good_share = share(good, s.requests - s.left);
  s.good_share_admitted = share(good, s.complete + s.failed);
  constexpr double kMedian = 0.5;
  constexpr double k95 = 0.95;
  constexpr double k99 = 0.99;
  s.first_audio_p50_s = quantile(first, kMedian);
  s.first_audio_p95_s = quantile(first, k95);
  s.first_audio_p99_s = quantile(first, k99);
  s.worst_gap_p95_s = quantile(gaps, k95);
  s.worst_gap_s = quantile(gaps, 1);
  s.c50 = within(kGoodGap);
  s.c100 = within(kGap100);
  s.c200 = within(kGap200);
  s.audio_s_per_s = seconds > 0 ? audio / seconds : 0;
  s.paced_pieces = jitters.size();
  s.jitter_p50_s = quantile(jitters, kMedian);
  s.jitter_p95_s = quantile(jitters, k95);
  s.jitter_p99_s = quantile(jitters, k99);
  return s;
}

Report make_report(std::string what, const std::vector<Sample>& samples, double seconds, const ClientHealth& client) {
  Report report;
  report.what = std::move(what);
  report.seconds = seconds;
  report.all = summarise(samples, seconds);
  report.worst_user_acceptance = 1;
  report.client = client;
  report.gaps = count_gaps(samples);
  report.samples.assign(samples.begin(),
                        samples.begin() + static_cast<std::ptrdiff_t>(std::min(samples.size(), kMostSamples)));
  std::map<std::string, std::vector<Sample>> groups;
  std::map<std::string, std::vector<Sample>> users;
  for (const auto& sample : samples) {
    groups[sample.group].push_back(sample);
    users[sample.user].push_back(sample);
    const auto& fault = sample.outcome.fault;
    if (fault.empty() || (report.faults.size() == kMostFaults && !report.faults.contains(fault))) continue;
    ++report.faults[fault];
  }
  for (const auto& [name, members] : groups) report.groups[name] = summarise(members, seconds);
  for (const auto& [name, members] : users) {
    const auto of_user = summarise(members, seconds);
    report.worst_user_acceptance =
        std::min(report.worst_user_acceptance, 1 - share(of_user.refused + of_user.limited, of_user.requests));
  }
  report.jain = jain_of(users);
  return report;
}

std::string to_table(const Report& report) {
  auto text = fmt::format("{} ({:.1f} s)\n", report.what, report.seconds);
  text +=
      "              sent   done  refus.   left failed   good%  admit.%  TTFA50  TTFA95  TTFA99  gap max  C50%   "
      "audio/s\n";
  text += row("all", report.all);
  if (report.groups.size() > 1) {
    for (const auto& [name, summary] : report.groups) text += row(name, summary);
  }
  text += fmt::format("times in ms; Jain's index over users {:.3f}, worst user's acceptance {:.0f} %\n", report.jain,
                      report.worst_user_acceptance * 100);
  if (report.all.paced_pieces > 0) {
    text += fmt::format("jitter of {} paced pieces: {:.1f} ms at p50, {:.1f} at p95, {:.1f} at p99\n",
                        report.all.paced_pieces, report.all.jitter_p50_s * 1e3, report.all.jitter_p95_s * 1e3,
                        report.all.jitter_p99_s * 1e3);
  }
  for (const auto& [fault, times] : report.faults) text += fmt::format("failed {} times: {}\n", times, fault);
  const auto& client = report.client;
  text += fmt::format("client: requests late by {:.1f} ms at p99, loop by {:.1f} ms, {:.0f} % of a core{}\n",
                      client.lateness_p99_s * 1e3, client.loop_late_p99_s * 1e3, client.cpu_share * 100,
                      client.was_bottleneck() ? ": THE CLIENT WAS THE BOTTLENECK, do not trust these numbers" : "");
  return text;
}

std::string to_json(const Report& report) {
  nlohmann::json groups = nlohmann::json::object();
  for (const auto& [name, summary] : report.groups) groups[name] = json_of(summary);
  auto gaps = nlohmann::json::array();
  for (const auto& gap : report.gaps) gaps.push_back({gap.at_most_s, gap.count});  // infinity is written as null
  auto steps = nlohmann::json::array();
  for (const auto& step : report.steps) steps.push_back({{"listeners", step.listeners}, {"all", json_of(step.all)}});
  const nlohmann::json json = {{"load", report.what},
                               {"server", report.server},
                               {"seconds", report.seconds},
                               {"all", json_of(report.all)},
                               {"groups", groups},
                               {"jain", report.jain},
                               {"worst_user_acceptance", report.worst_user_acceptance},
                               {"client",
                                {{"lateness_p99_s", report.client.lateness_p99_s},
                                 {"loop_late_p99_s", report.client.loop_late_p99_s},
                                 {"cpu_share", report.client.cpu_share},
                                 {"was_bottleneck", report.client.was_bottleneck()}}},
                               {"gaps", gaps},
                               {"faults", report.faults},
                               {"requests", json_of(report.samples)},
                               {"steps", steps}};
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace antiphon::bench
