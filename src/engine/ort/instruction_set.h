#pragma once

#include <string>

namespace antiphon::engine::ort {

/// The CPU's architecture and those of its extensions by which ONNX Runtime chooses kernels, for example
/// "x86_64+avx2+f16c+fma". Two machines that agree in it compute the same bytes.
[[nodiscard]] std::string instruction_set();

}  // namespace antiphon::engine::ort
