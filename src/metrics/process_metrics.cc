#include "metrics/process_metrics.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace antiphon::metrics {
namespace {

/// Where the fields of /proc/PID/stat lie that are of use here, counted from the one behind the name (proc(5)).
constexpr std::size_t kThreads = 17;
constexpr std::size_t kStart = 19;
constexpr std::size_t kVirtual = 20;
constexpr std::size_t kResident = 21;
constexpr std::size_t kFields = 22;

using Fields = std::array<std::optional<double>, kFields>;

std::optional<double> number(std::string_view word) {
  double value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

/// All empty where the system does not say.
Fields stat_fields() {
  std::ifstream file("/proc/self/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  Fields fields;
  const auto name_end = text.rfind(')');  // the name may have anything in it
  if (name_end == std::string::npos) return fields;
  auto left = std::string_view(text).substr(name_end + 1);
  for (auto& field : fields) {
    left.remove_prefix(std::min(left.find_first_not_of(' '), left.size()));
    const auto word = left.substr(0, left.find(' '));
    field = number(word);
    left.remove_prefix(word.size());
  }
  return fields;
}

/// When the machine was started, in seconds since 1970.
std::optional<double> boot_time() {
  constexpr std::string_view kName = "btime ";
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(kName)) return number(std::string_view(line).substr(kName.size()));
  }
  return std::nullopt;
}

std::optional<double> scaled(std::optional<double> value, double factor) {
  return value ? std::optional(*value * factor) : std::nullopt;
}

std::optional<double> cpu_seconds() {
  constexpr double kNanosecond = 1e-9;
  timespec used{};
  if (::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) != 0) return std::nullopt;
  return static_cast<double>(used.tv_sec) + (static_cast<double>(used.tv_nsec) * kNanosecond);
}

std::optional<double> start_seconds(const Fields& fields) {
  const auto booted = boot_time();
  const auto after = scaled(fields.at(kStart), 1.0 / static_cast<double>(::sysconf(_SC_CLK_TCK)));
  return booted && after ? std::optional(*booted + *after) : std::nullopt;
}

std::optional<double> open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return std::nullopt;
  const auto counted = std::distance(begin(files), end(files));
  return static_cast<double>(counted) - 1;  // the folder itself is open
}

std::optional<double> most_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return std::nullopt;
  return static_cast<double>(limit.rlim_cur);
}

void tell(const Table& table, std::optional<double> value) {
  std::vector<Table::Row> rows;
  if (value) rows.push_back({.labels = {}, .value = *value});
  table.replace(std::move(rows));
}

}  // namespace

ProcessMetrics::ProcessMetrics(Registry& registry)
    : cpu_(registry.table("process_cpu_seconds_total", "Processor time of this process, without its workers.",
                          Registry::Kind::kCounter)),
      resident_(
          registry.table("process_resident_memory_bytes", "Memory that this process holds.", Registry::Kind::kGauge)),
      virtual_(registry.table("process_virtual_memory_bytes", "Memory that this process has addresses for.",
                              Registry::Kind::kGauge)),
      threads_(registry.table("process_threads", "Threads of this process.", Registry::Kind::kGauge)),
      open_files_(
          registry.table("process_open_fds", "Descriptors that this process has open.", Registry::Kind::kGauge)),
      most_files_(
          registry.table("process_max_fds", "The most descriptors that it may have open.", Registry::Kind::kGauge)),
      start_(registry.table("process_start_time_seconds", "When this process was started, since 1970.",
                            Registry::Kind::kGauge)) {}

void ProcessMetrics::observe() const {
  const auto fields = stat_fields();
  tell(cpu_, cpu_seconds());
  tell(resident_, scaled(fields.at(kResident), static_cast<double>(::sysconf(_SC_PAGESIZE))));
  tell(virtual_, fields.at(kVirtual));
  tell(threads_, fields.at(kThreads));
  tell(open_files_, open_files());
  tell(most_files_, most_files());
  tell(start_, start_seconds(fields));
}

}  // namespace antiphon::metrics
