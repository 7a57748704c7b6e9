#pragma once

#include <cstdint>

namespace antiphon::kernel {

/// While it lives, this thread computes with zero in place of denormal numbers, which some processors handle a hundred
/// times slower than others; then as before.
class FlushDenormals {
 public:
#if defined(__x86_64__)
  FlushDenormals() : before_(__builtin_ia32_stmxcsr()) {
    __builtin_ia32_ldmxcsr(before_ | kFlushToZero | kDenormalsAreZero);
  }
  ~FlushDenormals() { __builtin_ia32_ldmxcsr(before_); }
#elif defined(__aarch64__)
  FlushDenormals() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" : : "r"(before_ | kFlushToZero));
  }
  ~FlushDenormals() { asm volatile("msr fpcr, %0" : : "r"(before_)); }
#else
#error "Say how this architecture flushes denormal numbers."
#endif
  FlushDenormals(const FlushDenormals&) = delete;
  FlushDenormals& operator=(const FlushDenormals&) = delete;

 private:
#if defined(__x86_64__)
  static constexpr std::uint32_t kFlushToZero = 1U << 15U;
  static constexpr std::uint32_t kDenormalsAreZero = 1U << 6U;
  std::uint32_t before_;
#elif defined(__aarch64__)
  static constexpr std::uint64_t kFlushToZero = 1U << 24U;
  std::uint64_t before_ = 0;
#endif
};

}  // namespace antiphon::kernel
