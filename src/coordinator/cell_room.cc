#include "coordinator/cell_room.h"

#include <algorithm>
#include <cmath>

namespace antiphon::coordinator {

double spare_of(const CellRoom& room) {
  if (room.phase == CellRoom::Phase::kDraining || room.ready_workers == 0 || room.waiting > 0) return 0;
  return std::clamp(1 - room.load, 0.0, 1.0);
}

std::uint32_t weight_percent(const CellRoom& room) {
  constexpr double kWhole = 100;
  return static_cast<std::uint32_t>(std::max(1.0, std::floor(spare_of(room) * kWhole)));
}

}  // namespace antiphon::coordinator
