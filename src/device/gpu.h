#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"

namespace antiphon::device {

struct Memory {
  std::uint64_t total = 0;
  std::uint64_t used = 0;
  friend bool operator==(const Memory&, const Memory&) = default;
};

/// Returns why no further process should be started on a device, as a sentence, or nullopt if it has room: `share`, 0
/// to 1, of its memory may be used.
[[nodiscard]] std::optional<std::string> why_full(const Memory& memory, double share);

/// A CUDA device as NVIDIA's management library sees it. The library is opened when it is needed, and no program is
/// linked to it. Errors are sentences. Safe from one thread at a time; a call takes about a millisecond.
class Gpu {
 public:
  static constexpr const char* kLibrary = "libnvidia-ml.so.1";

  /// Error: no library, or no such device.
  [[nodiscard]] static base::Result<Gpu, std::string> open(std::uint32_t index,
                                                           const std::filesystem::path& library = kLibrary);
  Gpu(Gpu&&) noexcept;
  Gpu& operator=(Gpu&&) noexcept;
  ~Gpu();

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] base::Result<Memory, std::string> memory() const;
  /// What a process holds of it; zero for one that does not use it. Nothing where the driver does not say.
  [[nodiscard]] base::Result<std::optional<std::uint64_t>, std::string> memory_of(std::uint32_t pid) const;

 private:
  struct Library;
  Gpu();

  std::unique_ptr<Library> library_;
  void* handle_ = nullptr;  ///< Handle of the device, in the library.
  std::string name_;
};

}  // namespace antiphon::device
