#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

/// What the server counts, in Prometheus' text format (Prometheus, "Exposition formats", version 0.0.4). Names end in
/// the base unit: `_seconds`, `_bytes`, and `_total` where they only grow. Label values come from closed lists, or
/// those of a Table from lists with a cap.
namespace antiphon::metrics {

class Registry;

/// Only grows. A handle: valid while its registry lives. Thread-safe, as the other handles are.
class Counter {
 public:
  void add(double amount = 1) const;  ///< Not negative.
  [[nodiscard]] double value() const;

 private:
  friend class Registry;
  explicit Counter(void* counter) : counter_(counter) {}
  void* counter_;
};

/// Goes up and down.
class Gauge {
 public:
  void set(double value) const;
  [[nodiscard]] double value() const;

 private:
  friend class Registry;
  explicit Gauge(void* gauge) : gauge_(gauge) {}
  void* gauge_;
};

/// How often values fell below each bound.
class Histogram {
 public:
  void observe(double value) const;
  void observe(base::Duration value) const { observe(base::to_seconds(value)); }
  /// Values seen so far.
  [[nodiscard]] std::uint64_t count() const;

 private:
  friend class Registry;
  explicit Histogram(void* histogram) : histogram_(histogram) {}
  void* histogram_;
};

using Labels = std::vector<std::pair<std::string, std::string>>;

/// All series of one name, told anew before each scrape: for what comes and goes, and is counted elsewhere. What is not
/// told again is gone. A handle, as the others; replace() and Registry::text() belong to one thread.
class Table {
 public:
  struct Row {
    Labels labels;
    double value = 0;
  };
  void replace(std::vector<Row> rows) const;

 private:
  friend class Registry;
  explicit Table(std::vector<Row>& rows) : rows_(&rows) {}
  std::vector<Row>* rows_;
};

/// Holds all metrics of a process.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  /// Each returns the same metric for the same name and labels. `name` and the labels' names must be valid in
  /// Prometheus; `help` is the one of the first call.
  Counter counter(std::string_view name, std::string_view help, const Labels& labels = {});
  Gauge gauge(std::string_view name, std::string_view help, const Labels& labels = {});
  /// `bounds`: ascending.
  Histogram histogram(std::string_view name, std::string_view help, std::span<const double> bounds,
                      const Labels& labels = {});

  enum class Kind : std::uint8_t { kCounter, kGauge };
  /// The name belongs to it alone; call it once for each.
  Table table(std::string_view name, std::string_view help, Kind kind);

  /// All metrics as they are now.
  [[nodiscard]] std::string text() const;
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// Bounds for what a listener waits for: 5 ms to 60 s.
[[nodiscard]] std::span<const double> latency_bounds();
/// Bounds for gaps and jitter: 1 ms to 10 s, with the 50, 100 and 200 ms at which speech is judged.
[[nodiscard]] std::span<const double> gap_bounds();

}  // namespace antiphon::metrics
