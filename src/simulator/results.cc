#include "simulator/results.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "base/check.h"

namespace antiphon::simulator {
namespace {

using namespace std::chrono_literals;

template <class Struct>
struct Field {
  std::string_view name;
  double Struct::* member;
};

constexpr std::array kFields = {
    Field<Measures>{"requests", &Measures::requests},
    Field<Measures>{"admitted", &Measures::admitted},
    Field<Measures>{"good", &Measures::good},
    Field<Measures>{"good_of_admitted", &Measures::good_of_admitted},
    Field<Measures>{"gapless", &Measures::gapless},
    Field<Measures>{"first_audio_mean", &Measures::first_audio_mean},
    Field<Measures>{"first_audio_p50", &Measures::first_audio_p50},
    Field<Measures>{"first_audio_p95", &Measures::first_audio_p95},
    Field<Measures>{"first_audio_p99", &Measures::first_audio_p99},
    Field<Measures>{"c50", &Measures::c50},
    Field<Measures>{"c100", &Measures::c100},
    Field<Measures>{"c200", &Measures::c200},
    Field<Measures>{"worst_gap", &Measures::worst_gap},
    Field<Measures>{"waited_p95", &Measures::waited_p95},
    Field<Measures>{"refused_capacity", &Measures::refused_capacity},
    Field<Measures>{"refused_user_limit", &Measures::refused_user_limit},
    Field<Measures>{"refused_queue_full", &Measures::refused_queue_full},
    Field<Measures>{"refused_no_workers", &Measures::refused_no_workers},
    Field<Measures>{"failed", &Measures::failed},
    Field<Measures>{"came_back", &Measures::came_back},
    Field<Measures>{"came_back_admitted", &Measures::came_back_admitted},
    Field<Measures>{"jain", &Measures::jain},
    Field<Measures>{"worst_user", &Measures::worst_user},
};

constexpr std::array kMachineFields = {
    Field<MachineMeasures>{"utilisation", &MachineMeasures::utilisation},
    Field<MachineMeasures>{"throughput", &MachineMeasures::throughput},
    Field<MachineMeasures>{"chunks", &MachineMeasures::chunks},
    Field<MachineMeasures>{"kills", &MachineMeasures::kills},
    Field<MachineMeasures>{"losses", &MachineMeasures::losses},
    Field<MachineMeasures>{"most_streams", &MachineMeasures::most_streams},
    Field<MachineMeasures>{"most_waiting", &MachineMeasures::most_waiting},
    Field<MachineMeasures>{"steps_up", &MachineMeasures::steps_up},
};

/// The quantile of unsorted values; 0 without any.
double quantile(std::vector<double>& values, double q) {
  if (values.empty()) return 0;
  const auto rank = std::min(values.size() - 1, static_cast<std::size_t>(q * static_cast<double>(values.size())));
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(rank));
  return values[rank];
}

double share(double part, double of) { return of > 0 ? part / of : 0; }

struct User {
  double asked = 0;
  double accepted = 0;
  double good = 0;
};

/// Counts, then turns counts into shares.
class Account {
 public:
  void add(const Request& request) {
    using enum Request::End;
    ++sum_.requests;
    User& user = users_[request.user];
    ++user.asked;
    if (request.attempt > 0) ++sum_.came_back;
    if (request.refusal) ++(sum_.*reason(*request.refusal));
    if (!request.admitted) return;
    ++user.accepted;
    ++sum_.admitted;
    if (request.attempt > 0) ++sum_.came_back_admitted;
    if (request.end == kFailed) ++sum_.failed;
    if (request.first_audio) first_audio_.push_back(base::to_seconds(*request.first_audio));
    waited_.push_back(base::to_seconds(request.waited));
    const bool ended_well = request.end != kFailed;
    const auto gap = request.worst_gap;
    sum_.worst_gap = std::max(sum_.worst_gap, base::to_seconds(gap));
    const auto count = [&](double Measures::* member, bool counts) { sum_.*member += counts && ended_well ? 1 : 0; };
    count(&Measures::gapless, gap <= 0s);
    count(&Measures::c50, gap <= 50ms);
    count(&Measures::c100, gap <= 100ms);
    count(&Measures::c200, gap <= 200ms);
    // A client that leaves early is content with what it heard.
    const bool soon = request.first_audio ? *request.first_audio <= 1s : request.end == kLeft;
    count(&Measures::good, gap <= 50ms && soon);
    if (gap <= 50ms && soon && ended_well) ++user.good;
  }

  Measures close() {
    Measures result = sum_;
    const double admitted = sum_.admitted;
    result.good_of_admitted = share(sum_.good, admitted);
    for (auto member : {&Measures::gapless, &Measures::c50, &Measures::c100, &Measures::c200, &Measures::failed}) {
      result.*member = share(sum_.*member, admitted);
    }
    for (auto member : {&Measures::admitted, &Measures::good, &Measures::refused_capacity,
                        &Measures::refused_user_limit, &Measures::refused_queue_full, &Measures::refused_no_workers}) {
      result.*member = share(sum_.*member, sum_.requests);
    }
    result.came_back_admitted = sum_.came_back > 0 ? sum_.came_back_admitted / sum_.came_back : 1;
    double all = 0;
    for (const double seconds : first_audio_) all += seconds;
    result.first_audio_mean = share(all, static_cast<double>(first_audio_.size()));
    result.first_audio_p50 = quantile(first_audio_, 0.50);
    result.first_audio_p95 = quantile(first_audio_, 0.95);
    result.first_audio_p99 = quantile(first_audio_, 0.99);
    result.waited_p95 = quantile(waited_, 0.95);
    close_users(result);
    return result;
  }

 private:
  static double Measures::* reason(scheduler::RefusalReason why) {
    switch (why) {
      case scheduler::RefusalReason::kCapacity:
        return &Measures::refused_capacity;
      case scheduler::RefusalReason::kUserLimit:
      case scheduler::RefusalReason::kAccountLimit:
        return &Measures::refused_user_limit;
      case scheduler::RefusalReason::kQueueFull:
        return &Measures::refused_queue_full;
      case scheduler::RefusalReason::kNoWorkers:
        return &Measures::refused_no_workers;
    }
    std::unreachable();
  }

  void close_users(Measures& result) const {
    double sum = 0;
    double squares = 0;
    for (const auto& [id, user] : users_) {
      const double good = user.good / user.asked;
      sum += good;
      squares += good * good;
      result.worst_user = std::min(result.worst_user, user.accepted / user.asked);
    }
    if (squares > 0) result.jain = sum * sum / (static_cast<double>(users_.size()) * squares);
  }

  Measures sum_{.came_back_admitted = 0};
  std::map<base::UserId, User> users_;
  std::vector<double> first_audio_;
  std::vector<double> waited_;
};

/// Two-sided 95 % quantile of Student's t.
double student(std::size_t degrees) {
  constexpr std::array kTable = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228};
  if (degrees <= kTable.size()) return kTable[degrees - 1];
  // Cornish and Fisher 1937, to three digits from here on.
  const double z = 1.959964;
  const auto n = static_cast<double>(degrees);
  return z + (z * z * z + z) / (4 * n) + (5 * std::pow(z, 5) + 16 * z * z * z + 3 * z) / (96 * n * n);
}

template <class Struct, std::size_t N>
Summary summarise(const std::vector<Struct>& runs, const std::array<Field<Struct>, N>& fields) {
  Summary summary;
  for (const auto& field : fields) {
    std::vector<double> values;
    for (const auto& run : runs) values.push_back(run.*field.member);
    summary.push_back({.name = field.name, .value = estimate(values)});
  }
  return summary;
}

}  // namespace

Measures measure(const Trace& trace, std::optional<std::size_t> group) {
  Account account;
  for (const auto& request : trace.requests) {
    if (request.counted && (!group || request.group == *group)) account.add(request);
  }
  return account.close();
}

MachineMeasures measure_machine(const Scenario& scenario, const Trace& trace) {
  const double seconds = base::to_seconds(trace.duration);
  return {.utilisation = base::to_seconds(trace.busy) / (seconds * scenario.machine.workers),
          .throughput = base::to_seconds(trace.audio) / seconds,
          .chunks = static_cast<double>(trace.chunks),
          .kills = static_cast<double>(trace.kills),
          .losses = static_cast<double>(trace.losses),
          .most_streams = static_cast<double>(trace.most_streams),
          .most_waiting = static_cast<double>(trace.most_waiting),
          .steps_up = static_cast<double>(trace.steps_up)};
}

Estimate find(const Summary& summary, std::string_view name) {
  const auto it = std::ranges::find(summary, name, &NamedEstimate::name);
  ANTIPHON_CHECK(it != summary.end(), "a measure's name");
  return it->value;
}

Estimate estimate(std::span<const double> values) {
  if (values.empty()) return {};
  const auto n = static_cast<double>(values.size());
  double sum = 0;
  for (const double value : values) sum += value;
  const double mean = sum / n;
  if (values.size() == 1) return {.mean = mean};
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {.mean = mean, .half = student(values.size() - 1) * std::sqrt(squares / (n - 1) / n)};
}

Result simulate(const Scenario& scenario, std::uint32_t runs) {
  Result result{.scenario = scenario, .runs = runs, .all = {}, .machine = {}, .groups = {}, .timeline = {}};
  std::vector<Measures> all;
  std::vector<MachineMeasures> machine;
  std::vector<std::vector<Measures>> groups(scenario.groups.size());
  for (std::uint32_t run = 0; run < runs; ++run) {
    auto one = scenario;
    one.seed = scenario.seed + run;
    if (run > 0) one.timeline = {};
    auto trace = Simulation(one).run();
    all.push_back(measure(trace));
    machine.push_back(measure_machine(one, trace));
    for (std::size_t group = 0; group < groups.size(); ++group) groups[group].push_back(measure(trace, group));
    if (run == 0) result.timeline = std::move(trace.timeline);
  }
  result.all = summarise(all, kFields);
  result.machine = summarise(machine, kMachineFields);
  for (const auto& group : groups) result.groups.push_back(summarise(group, kFields));
  return result;
}

}  // namespace antiphon::simulator
