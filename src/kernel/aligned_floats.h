#pragma once

#include <cstddef>
#include <memory>
#include <span>

namespace antiphon::kernel {

/// A fixed number of floats that begin at a cache line (64 bytes), zero at first. Not copyable: weights are large.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size);

  [[nodiscard]] float* data() { return floats_.get(); }
  [[nodiscard]] const float* data() const { return floats_.get(); }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<float> span() { return {floats_.get(), size_}; }
  [[nodiscard]] std::span<const float> span() const { return {floats_.get(), size_}; }
  [[nodiscard]] float& operator[](std::size_t index) { return floats_[index]; }
  [[nodiscard]] float operator[](std::size_t index) const { return floats_[index]; }

 private:
  struct Release {
    void operator()(float* floats) const noexcept;
  };
  std::unique_ptr<float[], Release> floats_;
  std::size_t size_ = 0;
};

}  // namespace antiphon::kernel
