#include "coordinator/cell_room.h"

#include <algorithm>
#include <cmath>

namespace antiphon::coordinator {

std::uint32_t weight_percent(const CellRoom& room) {
  constexpr double kWhole = 100;
  const auto spare = room.waiting > 0 ? 0 : std::clamp(1 - room.load, 0.0, 1.0);
  return static_cast<std::uint32_t>(std::max(1.0, std::floor(spare * kWhole)));
}

}  // namespace antiphon::coordinator
