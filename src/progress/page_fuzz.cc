#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "progress/page.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): bytes are text here.
  const auto page = antiphon::progress::parse_page({reinterpret_cast<const char*>(data), size});
  if (page) ANTIPHON_CHECK(page->most >= 1 && page->most <= antiphon::progress::Page::kMost, "a page is bounded");
  return 0;
}
