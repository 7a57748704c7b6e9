#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "top/event_parser.h"
#include "top/screen.h"
#include "top/view.h"

/// Whatever a server sends, the same events come of it however the bytes are cut, and what is shown of them fits the
/// screen and is printable.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace top = antiphon::top;
  constexpr std::size_t kMost = 4096;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<top::Event> whole;
  std::vector<top::Event> pieces;
  top::EventParser parser(kMost);
  const bool taken = parser.feed(bytes, whole);
  top::EventParser slow(kMost);
  bool taken_slowly = true;
  for (std::size_t i = 0; i < size && taken_slowly; ++i) taken_slowly = slow.feed(bytes.substr(i, 1), pieces);
  ANTIPHON_CHECK(taken == taken_slowly && whole.size() == pieces.size(), "a cut changes nothing");
  top::View view;
  for (const auto& event : whole) {
    ANTIPHON_CHECK(event.data.size() <= kMost, "an event is bounded");
    (void)top::take_streams(view, event.data);
    (void)top::take_workers(view, event.data);
  }
  constexpr top::ScreenSize kSize{.columns = 100, .rows = 30};
  const auto lines = top::layout(view, {.server = "here", .notice = {}}, kSize);
  ANTIPHON_CHECK(lines.size() <= kSize.rows, "all rows fit");
  for (const auto& line : lines) {
    ANTIPHON_CHECK(line.text.size() <= kSize.columns, "all lines fit");
    for (const char c : line.text) ANTIPHON_CHECK(c >= ' ' && c <= '~', "nothing moves the cursor");
  }
  return 0;
}
