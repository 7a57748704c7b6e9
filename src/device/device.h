#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What workers compute on.
namespace antiphon::device {

enum class Kind : std::uint8_t { kCpu, kCuda };

struct Device {
  Kind kind = Kind::kCpu;
  std::uint32_t index = 0;  ///< Number of a CUDA device.
  friend bool operator==(const Device&, const Device&) = default;
};

/// "cpu" or "cuda:K". Nothing: it is neither.
[[nodiscard]] std::optional<Device> parse_device(std::string_view name);
[[nodiscard]] std::string name_of(const Device& device);

/// The files of the system through which a process talks to CUDA devices: /dev/nvidia* and those below.
[[nodiscard]] std::vector<std::filesystem::path> cuda_files(const std::filesystem::path& folder = "/dev");

/// Processors that this process may use: those of its affinity, and no more than its control group's quota, rounded
/// up. At least 1.
[[nodiscard]] std::uint32_t usable_cores();

/// What the control groups of this process allow together, in processors: the least quota of its group and of those
/// above it, as far as they can be seen, of version 2 and of version 1. Nothing: no limit. `root`: where /proc and the
/// mounts are looked for.
[[nodiscard]] std::optional<double> cpu_quota(const std::filesystem::path& root = "/");

/// What cpu.max of a control group allows. Nothing: no limit, or not of that form.
[[nodiscard]] std::optional<double> parse_cpu_quota(std::string_view text);

}  // namespace antiphon::device
