#pragma once

#include <cstddef>

namespace antiphon::kernel {

/// Channels are computed in blocks of this many floats: one cache line.
inline constexpr std::size_t kBlock = 16;

/// Floats in a row of so many channels: whole blocks.
[[nodiscard, gnu::always_inline]] constexpr std::size_t padded(std::size_t channels) {
  return (channels + kBlock - 1) / kBlock * kBlock;
}

/// A signal in time-major layout: the channels of one sample stand side by side, sample t at data + t * stride. The
/// floats between the last channel and padded(channels) belong to the row: a kernel's output has zeros there (or NaN,
/// where an input has NaN or infinity), and what is read must be initialised. Where the rows end is the user's affair.
template <class Float>
struct Rows {
  Float* data = nullptr;
  std::size_t stride = 0;  ///< In floats; at least padded(channels).

  [[nodiscard]] Float* row(std::ptrdiff_t t) const { return data + t * static_cast<std::ptrdiff_t>(stride); }
  [[nodiscard]] Rows from(std::ptrdiff_t t) const { return {row(t), stride}; }
};

using InputRows = Rows<const float>;
using OutputRows = Rows<float>;

}  // namespace antiphon::kernel
