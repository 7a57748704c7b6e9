#include "device/gpu.h"

#include <dlfcn.h>

#include <array>
#include <utility>
#include <vector>

namespace antiphon::device {
namespace {

// The part of the library's interface (NVML API reference) that is used here; its names end in their versions.
using Status = int;
constexpr Status kSuccess = 0;
constexpr Status kInsufficientSize = 7;
constexpr std::uint64_t kNotAvailable = ~std::uint64_t{0};
constexpr std::uint32_t kMostProcesses = 65'536;

struct NvmlMemory {
  unsigned long long total = 0;
  unsigned long long free = 0;
  unsigned long long used = 0;
};
struct NvmlProcess {
  unsigned int pid = 0;
  unsigned long long used = 0;
  unsigned int gpu_instance = 0;
  unsigned int compute_instance = 0;
};

}  // namespace

std::optional<std::string> why_full(const Memory& memory, double share) {
  if (static_cast<double>(memory.used) <= share * static_cast<double>(memory.total)) return std::nullopt;
  constexpr std::uint64_t kMebi = 1U << 20U;
  return "the device's memory is full: " + std::to_string(memory.used / kMebi) + " of " +
         std::to_string(memory.total / kMebi) + " MiB are used, more than workers.memory_share allows";
}

struct Gpu::Library {
  void* file = nullptr;
  Status (*init)() = nullptr;
  Status (*shutdown)() = nullptr;
  Status (*handle_by_index)(unsigned int, void**) = nullptr;
  Status (*name)(void*, char*, unsigned int) = nullptr;
  Status (*memory)(void*, NvmlMemory*) = nullptr;
  Status (*processes)(void*, unsigned int*, NvmlProcess*) = nullptr;
  const char* (*describe)(Status) = nullptr;
  bool begun = false;

  Library() = default;
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  ~Library() {
    if (begun) shutdown();
    if (file != nullptr) ::dlclose(file);
  }

  template <class Function>
  bool find(const char* symbol, Function*& function) {
    function = reinterpret_cast<Function*>(::dlsym(file, symbol));
    return function != nullptr;
  }

  /// Empty: all is there.
  std::string open(const std::filesystem::path& path) {
    file = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (file == nullptr) return path.string() + " cannot be opened";
    const bool all = find("nvmlInit_v2", init) && find("nvmlShutdown", shutdown) &&
                     find("nvmlDeviceGetHandleByIndex_v2", handle_by_index) && find("nvmlDeviceGetName", name) &&
                     find("nvmlDeviceGetMemoryInfo", memory) &&
                     find("nvmlDeviceGetComputeRunningProcesses_v3", processes) && find("nvmlErrorString", describe);
    if (!all) return path.string() + " lacks a function";
    const auto status = init();
    begun = status == kSuccess;
    return begun ? std::string() : describe(status);
  }
};

Gpu::Gpu() : library_(std::make_unique<Library>()) {}
Gpu::Gpu(Gpu&&) noexcept = default;
Gpu& Gpu::operator=(Gpu&&) noexcept = default;
Gpu::~Gpu() = default;

base::Result<Gpu, std::string> Gpu::open(std::uint32_t index, const std::filesystem::path& library) {
  Gpu gpu;
  if (auto why = gpu.library_->open(library); !why.empty()) return std::unexpected("no NVML: " + why);
  const auto device = "cuda:" + std::to_string(index);
  if (const auto status = gpu.library_->handle_by_index(index, &gpu.handle_); status != kSuccess) {
    return std::unexpected(device + ": " + gpu.library_->describe(status));
  }
  std::array<char, 96> name{};
  if (const auto status = gpu.library_->name(gpu.handle_, name.data(), name.size()); status != kSuccess) {
    return std::unexpected(device + ": " + gpu.library_->describe(status));
  }
  name.back() = '\0';
  gpu.name_ = name.data();
  return gpu;
}

base::Result<Memory, std::string> Gpu::memory() const {
  NvmlMemory memory;
  if (const auto status = library_->memory(handle_, &memory); status != kSuccess) {
    return std::unexpected(std::string("memory: ") + library_->describe(status));
  }
  return Memory{.total = memory.total, .used = memory.used};
}

base::Result<std::optional<std::uint64_t>, std::string> Gpu::memory_of(std::uint32_t pid) const {
  std::vector<NvmlProcess> processes(64);
  unsigned int count = 64;
  auto status = library_->processes(handle_, &count, processes.data());
  // The count that is asked for is of a moment ago: there may be more by now.
  while (status == kInsufficientSize && count <= kMostProcesses) {
    count += count / 4 + 1;
    processes.resize(count);
    status = library_->processes(handle_, &count, processes.data());
  }
  if (status != kSuccess) return std::unexpected(std::string("processes: ") + library_->describe(status));
  std::uint64_t sum = 0;
  for (unsigned int i = 0; i < count; ++i) {
    if (processes[i].pid != pid) continue;
    if (processes[i].used == kNotAvailable) return std::optional<std::uint64_t>();
    sum += processes[i].used;
  }
  return std::optional(sum);
}

}  // namespace antiphon::device
