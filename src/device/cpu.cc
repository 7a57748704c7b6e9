#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

#include "device/device.h"

namespace antiphon::device {

std::optional<double> parse_cpu_quota(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const auto number = [](std::string_view word) -> std::optional<std::uint64_t> {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    const bool whole = end == word.data() + word.size() || *end == '\n';
    return error == std::errc{} && whole && value > 0 ? std::optional(value) : std::nullopt;
  };
  const auto quota = number(text.substr(0, blank));  // "max": no limit
  const auto period = number(text.substr(blank + 1));
  if (!quota || !period) return std::nullopt;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

std::uint32_t usable_cores() {
  std::uint32_t cores = std::max(1U, std::thread::hardware_concurrency());
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) cores = static_cast<std::uint32_t>(std::max(1, CPU_COUNT(&set)));
  std::string line;
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  if (!std::getline(file, line)) return cores;
  const auto quota = parse_cpu_quota(line);
  return quota ? std::clamp(static_cast<std::uint32_t>(std::ceil(std::min(*quota, 1e6))), 1U, cores) : cores;
}

}  // namespace antiphon::device
