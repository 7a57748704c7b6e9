#include "device/device.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace antiphon::device {
namespace {

constexpr std::string_view kCpuName = "cpu";
constexpr std::string_view kCudaPrefix = "cuda:";
constexpr std::uint32_t kMostDevices = 1024;

}  // namespace

std::optional<Device> parse_device(std::string_view name) {
  if (name == kCpuName) return Device{};
  if (!name.starts_with(kCudaPrefix)) return std::nullopt;
  name.remove_prefix(kCudaPrefix.size());
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc{} || end != name.data() + name.size() || index >= kMostDevices) return std::nullopt;
  return Device{.kind = Kind::kCuda, .index = index};
}

std::vector<std::filesystem::path> cuda_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (std::filesystem::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none)) {
    if (entry->path().filename().string().starts_with("nvidia")) files.push_back(entry->path());
  }
  std::ranges::sort(files);
  return files;
}

std::string name_of(const Device& device) {
  return device.kind == Kind::kCpu ? std::string(kCpuName) : std::string(kCudaPrefix) + std::to_string(device.index);
}

}  // namespace antiphon::device
