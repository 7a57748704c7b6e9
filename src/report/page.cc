#include "report/page.h"

#include "base/check.h"
#include "report/assets.h"

namespace antiphon::report {
namespace {

/// JSON within a script element: nothing in it may end the element.
std::string harmless(std::string_view json) {
  std::string text;
  for (const char c : json) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

/// Moves what stands before `mark` from `rest` to the end of `made`.
void take_until(std::string_view mark, std::string_view& rest, std::string& made) {
  const auto at = rest.find(mark);
  ANTIPHON_CHECK(at != std::string_view::npos, "a page has a place for each part");
  made += rest.substr(0, at);
  rest.remove_prefix(at + mark.size());
}

}  // namespace

std::string make_page(std::string_view page, std::string_view json) {
  std::string made;
  take_until("@STYLE@", page, made);
  made += style();
  take_until("@SCRIPT@", page, made);
  made += script();
  take_until("@DATA@", page, made);
  made += harmless(json);
  made += page;
  return made;
}

}  // namespace antiphon::report
