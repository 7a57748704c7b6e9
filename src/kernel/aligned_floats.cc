#include "kernel/aligned_floats.h"

#include <memory>
#include <new>

namespace antiphon::kernel {
namespace {
constexpr std::align_val_t kCacheLine{64};
}

AlignedFloats::AlignedFloats(std::size_t size)
    : floats_(static_cast<float*>(::operator new[](size * sizeof(float), kCacheLine))), size_(size) {
  std::uninitialized_value_construct_n(floats_.get(), size);
}

void AlignedFloats::Release::operator()(float* floats) const noexcept { ::operator delete[](floats, kCacheLine); }

}  // namespace antiphon::kernel
