#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "device/device.h"

namespace antiphon::device {
namespace {

constexpr std::size_t kMostLines = 10'000;

std::vector<std::string> lines_of(const std::filesystem::path& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; lines.size() < kMostLines && std::getline(file, line);) lines.push_back(line);
  return lines;
}

enum class Version : std::uint8_t { kOne, kTwo };

/// Where a hierarchy of control groups that has the processors' quotas is mounted.
struct Mount {
  Version version = Version::kTwo;
  std::string root;  ///< The group that is seen at `place`.
  std::string place;
};

/// With the blanks that /proc/self/mountinfo writes as \040.
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int code = 0;
    const auto* const digits = text.data() + i + 1;
    const bool escaped =
        text[i] == '\\' && i + 3 < text.size() && std::from_chars(digits, digits + 3, code, 8).ptr == digits + 3;
    plain += escaped ? static_cast<char>(code) : text[i];
    if (escaped) i += 3;
  }
  return plain;
}

/// Whether `word` is in a list with commas.
bool lists(std::string_view list, std::string_view word) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (list.substr(0, comma) == word) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

/// A line of /proc/self/mountinfo (proc(5)): number, parent, device, root, place, options, tags, "-", type, source, its
/// options. Nothing: it is about something else.
std::optional<Mount> parse_mount(const std::string& line) {
  std::istringstream words(line);
  std::string skipped;
  Mount mount;
  words >> skipped >> skipped >> skipped >> mount.root >> mount.place;
  while (words >> skipped && skipped != "-") {
  }
  std::string type;
  std::string options;
  if (!(words >> type >> skipped >> options)) return std::nullopt;
  mount.root = unescape(mount.root);
  mount.place = unescape(mount.place);
  if (type == "cgroup2") return mount;
  if (type != "cgroup" || !lists(options, "cpu")) return std::nullopt;
  mount.version = Version::kOne;
  return mount;
}

/// The group of this process in that hierarchy, from lines NUMBER:CONTROLLERS:GROUP of /proc/self/cgroup (cgroups(7)).
std::optional<std::string> group_in(const std::vector<std::string>& groups, Version version) {
  for (const auto& line : groups) {
    const auto first = line.find(':');
    const auto second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const auto controllers = std::string_view(line).substr(first + 1, second - first - 1);
    if (version == Version::kTwo ? line.starts_with("0::") : lists(controllers, "cpu")) return line.substr(second + 1);
  }
  return std::nullopt;
}

/// The part of `group` below `root`; empty where it is not below, as in a container that sees its own group as the root
/// of the mount but not in its name.
std::filesystem::path below(const std::string& root, const std::string& group) {
  auto relative = std::filesystem::path(group).lexically_relative(root).lexically_normal();
  if (relative.empty() || relative == "." || *relative.begin() == "..") return {};
  return relative;
}

std::optional<double> quota_of(const std::filesystem::path& folder, Version version) {
  const auto first = [&](const char* name) {
    const auto lines = lines_of(folder / name);
    return lines.empty() ? std::string() : lines.front();
  };
  if (version == Version::kTwo) return parse_cpu_quota(first("cpu.max"));
  return parse_cpu_quota(first("cpu.cfs_quota_us") + " " + first("cpu.cfs_period_us"));  // -1: no limit
}

}  // namespace

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

std::optional<double> cpu_quota(const std::filesystem::path& root) {
  std::optional<double> least;
  const auto groups = lines_of(root / "proc/self/cgroup");
  for (const auto& line : lines_of(root / "proc/self/mountinfo")) {
    const auto mount = parse_mount(line);
    const auto group = mount ? group_in(groups, mount->version) : std::nullopt;
    if (!group) continue;
    const auto top = root / std::filesystem::path(mount->place).relative_path();
    for (auto folder = top / below(mount->root, *group);; folder = folder.parent_path()) {
      const auto quota = quota_of(folder, mount->version);
      if (quota) least = std::min(*quota, least.value_or(*quota));
      if (folder == top || folder == folder.parent_path()) break;
    }
  }
  return least;
}

std::uint32_t usable_cores() {
  std::uint32_t cores = std::max(1U, std::thread::hardware_concurrency());
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) == 0) cores = static_cast<std::uint32_t>(std::max(1, CPU_COUNT(&set)));
  const auto quota = cpu_quota();
  return quota ? std::clamp(static_cast<std::uint32_t>(std::ceil(std::min(*quota, 1e6))), 1U, cores) : cores;
}

}  // namespace antiphon::device
