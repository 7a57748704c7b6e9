#pragma once

#include <cstddef>
#include <span>
#include <utility>

namespace antiphon::engine::piper {

/// Memory for floats that are read through again and again, on large pages where the system has them: the processor
/// then spends less time on finding where its memory lies. Zero at first; empty where there is none to be had.
class HugePages {
 public:
  explicit HugePages(std::size_t floats);
  HugePages(HugePages&& other) noexcept
      : mapped_(std::exchange(other.mapped_, nullptr)),
        mapped_bytes_(std::exchange(other.mapped_bytes_, 0)),
        floats_(std::exchange(other.floats_, {})) {}
  HugePages& operator=(HugePages&& other) noexcept {
    std::swap(mapped_, other.mapped_);
    std::swap(mapped_bytes_, other.mapped_bytes_);
    std::swap(floats_, other.floats_);
    return *this;
  }
  ~HugePages();

  [[nodiscard]] std::span<float> floats() const { return floats_; }

 private:
  void* mapped_ = nullptr;
  std::size_t mapped_bytes_ = 0;
  std::span<float> floats_;
};

}  // namespace antiphon::engine::piper
