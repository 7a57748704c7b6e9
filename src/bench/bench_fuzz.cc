#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/check.h"
#include "bench/http_answer.h"
#include "bench/target.h"
#include "bench/wyoming_answer.h"

/// The first byte decides: an address, or an answer over HTTP or Wyoming, in pieces of as many bytes as the second
/// says.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace antiphon::bench;
  if (size < 2) return 0;
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are text here.
  std::string_view rest(reinterpret_cast<const char*>(data) + 2, size - 2);
  if (data[0] == 'a') {
    const auto address = parse_address(rest, Protocol::kOpenAi);
    if (address) ANTIPHON_CHECK(!address->host.empty() && address->port != 0, "an address has a host and a port");
    return 0;
  }
  constexpr antiphon::base::SampleRate kRate{24'000};
  const auto answer = data[0] == 'w' ? make_wyoming_answer() : make_http_answer(kRate);
  const std::size_t piece = std::max<std::size_t>(1, data[1]);
  std::uint64_t samples = 0;
  while (!rest.empty() && !answer->is_complete()) {
    const auto counted = answer->feed(rest.substr(0, piece));
    if (!counted) return 0;
    samples += counted->value;
    rest.remove_prefix(std::min(rest.size(), piece));
  }
  answer->end();
  ANTIPHON_CHECK(samples <= size, "no more samples than bytes");
  ANTIPHON_CHECK(answer->rate().hz > 0, "samples have a rate");
  return 0;
}
