#include "engine/piper/huge_pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <memory>

namespace antiphon::engine::piper {
namespace {
constexpr std::size_t kHugePage = std::size_t{2} << 20U;
}

HugePages::HugePages(std::size_t floats) {
  const auto bytes = (floats * sizeof(float) + kHugePage - 1) / kHugePage * kHugePage;
  if (bytes == 0) return;
  // A page more, so that the first one can begin at a multiple of its size.
  auto space = bytes + kHugePage;
  void* const mapped = ::mmap(nullptr, space, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return;
  mapped_ = mapped;
  mapped_bytes_ = space;
  void* begin = mapped;
  std::align(kHugePage, bytes, begin, space);
  (void)::madvise(begin, bytes, MADV_HUGEPAGE);  // Advice: small pages do as well.
  floats_ = {static_cast<float*>(begin), floats};
}

HugePages::~HugePages() {
  if (mapped_ != nullptr) ::munmap(mapped_, mapped_bytes_);
}

}  // namespace antiphon::engine::piper
