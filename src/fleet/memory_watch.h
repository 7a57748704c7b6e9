#pragma once

#include <algorithm>
#include <cstdint>

#include "coordinator/events.h"
#include "device/gpu.h"
#include "fleet/worker_source.h"
#include "worker_pool/types.h"

namespace antiphon::fleet {

/// The memory of the machine and of the device that local workers compute on, as it was when it was read last, and the
/// most that one worker was seen to hold.
class MemoryWatch {
 public:
  /// `gpu`: null if the workers compute on the processor. Both outlive it. `share`: of the device's memory that may be
  /// used, from 0 to 1.
  MemoryWatch(const WorkerSource& source, const device::Gpu* gpu, double share)
      : source_(source), gpu_(gpu), share_(share) {}

  /// Reads the memory of the machine and of the device.
  void read() {
    machine_ = source_.memory();
    if (gpu_ == nullptr) return;
    if (const auto memory = gpu_->memory()) device_ = {.total = memory->total, .used = memory->used};
  }
  /// Returns how much of the device's memory a process holds, in bytes; 0 without a device or if it is not known.
  [[nodiscard]] std::uint64_t read_device(pid_t pid) {
    if (gpu_ == nullptr) return 0;
    const auto held = gpu_->memory_of(static_cast<std::uint32_t>(pid));
    const std::uint64_t bytes = held ? held->value_or(0) : 0;
    largest_on_device_ = std::max(largest_on_device_, bytes);
    return bytes;
  }
  /// A worker held that many bytes when it became ready.
  void saw_worker(std::uint64_t bytes) { largest_ = std::max(largest_, bytes); }

  /// Whether more of the device's memory is used than may be.
  [[nodiscard]] bool is_device_full() const {
    return device_.total > 0 && static_cast<double>(device_.used) > share_ * static_cast<double>(device_.total);
  }
  /// A total of zero: not known.
  [[nodiscard]] const worker_pool::Memory& device() const { return device_; }
  [[nodiscard]] const device::Gpu* gpu() const { return gpu_; }

  /// Returns what the pool is told about memory.
  [[nodiscard]] coordinator::MemoryMeasured measured() const {
    return {
        .machine = machine_, .device = device_, .worker_bytes = largest_, .worker_device_bytes = largest_on_device_};
  }

 private:
  const WorkerSource& source_;
  const device::Gpu* gpu_;
  double share_;
  worker_pool::Memory machine_;
  worker_pool::Memory device_;
  std::uint64_t largest_ = 0;
  std::uint64_t largest_on_device_ = 0;
};

}  // namespace antiphon::fleet
