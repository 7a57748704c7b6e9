#include "metrics/registry.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/metric_family.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <array>
#include <deque>

namespace antiphon::metrics {
namespace {

prometheus::Labels to_labels(const Labels& labels) { return {labels.begin(), labels.end()}; }

prometheus::ClientMetric to_metric(const Table::Row& row, prometheus::MetricType type) {
  prometheus::ClientMetric metric;
  for (const auto& [name, value] : row.labels) metric.label.push_back({.name = name, .value = value});
  if (type == prometheus::MetricType::Counter) {
    metric.counter.value = row.value;
  } else {
    metric.gauge.value = row.value;
  }
  return metric;
}

}  // namespace

void Counter::add(double amount) const { static_cast<prometheus::Counter*>(counter_)->Increment(amount); }
double Counter::value() const { return static_cast<prometheus::Counter*>(counter_)->Value(); }
void Gauge::set(double value) const { static_cast<prometheus::Gauge*>(gauge_)->Set(value); }
double Gauge::value() const { return static_cast<prometheus::Gauge*>(gauge_)->Value(); }
void Histogram::observe(double value) const { static_cast<prometheus::Histogram*>(histogram_)->Observe(value); }
std::uint64_t Histogram::count() const {
  return static_cast<prometheus::Histogram*>(histogram_)->Collect().histogram.sample_count;
}

void Table::replace(std::vector<Row> rows) const { *rows_ = std::move(rows); }

class Registry::Impl {
 public:
  struct Family {
    std::string name;
    std::string help;
    prometheus::MetricType type = prometheus::MetricType::Gauge;
    std::vector<Table::Row> rows{};
  };

  prometheus::Registry registry{prometheus::Registry::InsertBehavior::Merge};
  std::deque<Family> tables;  ///< Never moved: handles point into it.
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter Registry::counter(std::string_view name, std::string_view help, const Labels& labels) {
  auto& family = prometheus::BuildCounter().Name(std::string(name)).Help(std::string(help)).Register(impl_->registry);
  return Counter(&family.Add(to_labels(labels)));
}

Gauge Registry::gauge(std::string_view name, std::string_view help, const Labels& labels) {
  auto& family = prometheus::BuildGauge().Name(std::string(name)).Help(std::string(help)).Register(impl_->registry);
  return Gauge(&family.Add(to_labels(labels)));
}

Histogram Registry::histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                              const Labels& labels) {
  auto& family = prometheus::BuildHistogram().Name(std::string(name)).Help(std::string(help)).Register(impl_->registry);
  return Histogram(
      &family.Add(to_labels(labels), prometheus::Histogram::BucketBoundaries(bounds.begin(), bounds.end())));
}

Table Registry::table(std::string_view name, std::string_view help, Kind kind) {
  const auto type = kind == Kind::kCounter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  auto& family =
      impl_->tables.emplace_back(Impl::Family{.name = std::string(name), .help = std::string(help), .type = type});
  return Table(family.rows);
}

std::string Registry::text() const {
  auto families = impl_->registry.Collect();
  for (const auto& table : impl_->tables) {
    if (table.rows.empty()) continue;
    auto& family = families.emplace_back();
    family.name = table.name;
    family.help = table.help;
    family.type = table.type;
    for (const auto& row : table.rows) family.metric.push_back(to_metric(row, table.type));
  }
  return prometheus::TextSerializer().Serialize(families);
}

std::span<const double> latency_bounds() {
  static constexpr std::array kBounds{0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3,  0.5,
                                      0.75,  1.0,  1.5,   2.0,  5.0, 10., 30.0, 60.0};
  return kBounds;
}

std::span<const double> gap_bounds() {
  static constexpr std::array kBounds{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0};
  return kBounds;
}

}  // namespace antiphon::metrics
