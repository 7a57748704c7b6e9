#include "kernel/pack.h"

#include <span>

#include "kernel/toom_cook.h"

namespace antiphon::kernel {
namespace {

using Matrix = std::span<const double>;

template <int kOutputs, int kTaps>
Matrix filter_transform() {
  using Transform = ToomCookTransform<kOutputs, kTaps>;
  return {&Transform::kNumbers.filter[0][0], std::size_t{Transform::kCount} * kTaps};
}

/// G, [point][tap].
Matrix filter_transform_of(Method method) {
  switch (method) {
    case Method::kDirect:
      break;
    case Method::kF3x2:
      return filter_transform<3, 2>();
    case Method::kF4x3:
      return filter_transform<4, 3>();
    case Method::kF6x3:
      return filter_transform<6, 3>();
    case Method::kF3x5:
      return filter_transform<3, 5>();
    case Method::kF4x5:
      return filter_transform<4, 5>();
    case Method::kF6x5:
      return filter_transform<6, 5>();
    case Method::kF6x6:
      return filter_transform<6, 6>();
    case Method::kF4x7:
      return filter_transform<4, 7>();
    case Method::kF6x7:
      return filter_transform<6, 7>();
  }
  return {};
}

/// [block][plane][input][kBlock], where value(plane, filter) gives each number of the taps of one input and output.
template <class Value>
AlignedFloats pack_planes(const ConvShape& shape, const ConvWeights& weights, std::size_t planes, Value value) {
  AlignedFloats packed(padded(shape.outputs) * planes * shape.inputs);
  for (std::size_t o = 0; o < shape.outputs; ++o) {
    for (std::size_t i = 0; i < shape.inputs; ++i) {
      const auto filter = weights.kernel.subspan((o * shape.inputs + i) * shape.kernel, shape.kernel);
      for (std::size_t plane = 0; plane < planes; ++plane) {
        packed[((o / kBlock * planes + plane) * shape.inputs + i) * kBlock + o % kBlock] =
            static_cast<float>(weights.scale * value(plane, filter));
      }
    }
  }
  return packed;
}

}  // namespace

AlignedFloats pack_weights(const ConvShape& shape, const ConvWeights& weights, Method method) {
  if (method == Method::kDirect) {
    return pack_planes(shape, weights, shape.kernel,
                       [](std::size_t tap, std::span<const float> filter) { return double{filter[tap]}; });
  }
  const Matrix transform = filter_transform_of(method);
  const std::size_t taps = scheme_of(method).taps;
  const std::size_t pieces = pieces_of(method, shape.kernel);
  const std::size_t missing = pieces * taps - shape.kernel;  // Taps of zero, ahead of the first.
  return pack_planes(shape, weights, scheme_of(method).points() * pieces,
                     [&](std::size_t plane, std::span<const float> filter) {
                       const Matrix row = transform.subspan(plane / pieces * taps, taps);
                       const std::size_t first = plane % pieces * taps;
                       double sum = 0;
                       for (std::size_t j = 0; j < taps; ++j)
                         if (first + j >= missing) sum += row[j] * filter[first + j - missing];
                       return sum;
                     });
}

}  // namespace antiphon::kernel
