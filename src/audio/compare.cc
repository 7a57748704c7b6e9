#include "audio/compare.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace antiphon::audio {

double snr_db(std::span<const std::int16_t> reference, std::span<const std::int16_t> got) {
  double signal = 0;
  double noise = 0;
  for (std::size_t i = 0; i < std::min(reference.size(), got.size()); ++i) {
    const double wanted = reference[i];
    const double difference = wanted - got[i];
    signal += wanted * wanted;
    noise += difference * difference;
  }
  if (noise == 0) return std::numeric_limits<double>::infinity();
  if (signal == 0) return -std::numeric_limits<double>::infinity();
  return 10 * std::log10(signal / noise);
}

int max_difference(std::span<const std::int16_t> a, std::span<const std::int16_t> b) {
  int worst = 0;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) worst = std::max(worst, std::abs(a[i] - b[i]));
  return worst;
}

}  // namespace antiphon::audio
