#include "kernel/method.h"

namespace antiphon::kernel {

std::string_view name_of(Method method) {
  switch (method) {
    case Method::kDirect:
      return "direct";
    case Method::kF3x2:
      return "F(3,2)";
    case Method::kF4x3:
      return "F(4,3)";
    case Method::kF6x3:
      return "F(6,3)";
    case Method::kF3x5:
      return "F(3,5)";
    case Method::kF4x5:
      return "F(4,5)";
    case Method::kF6x5:
      return "F(6,5)";
    case Method::kF6x6:
      return "F(6,6)";
    case Method::kF4x7:
      return "F(4,7)";
    case Method::kF6x7:
      return "F(6,7)";
  }
  return "";
}

}  // namespace antiphon::kernel
