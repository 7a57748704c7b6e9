#include "text/markup/entities.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace antiphon::text::markup {
namespace {

using std::string_view_literals::operator""sv;

/// Of HTML's 2,231 names, those that texts for people have.
constexpr std::array kNames = {
    std::pair{"amp"sv, U'&'},         std::pair{"lt"sv, U'<'},          std::pair{"gt"sv, U'>'},
    std::pair{"quot"sv, U'"'},        std::pair{"apos"sv, U'\''},       std::pair{"nbsp"sv, U'\u00A0'},
    std::pair{"ensp"sv, U' '},        std::pair{"emsp"sv, U' '},        std::pair{"thinsp"sv, U' '},
    std::pair{"ndash"sv, U'\u2013'},  std::pair{"mdash"sv, U'\u2014'},  std::pair{"hellip"sv, U'\u2026'},
    std::pair{"lsquo"sv, U'\u2018'},  std::pair{"rsquo"sv, U'\u2019'},  std::pair{"sbquo"sv, U'\u201A'},
    std::pair{"ldquo"sv, U'\u201C'},  std::pair{"rdquo"sv, U'\u201D'},  std::pair{"bdquo"sv, U'\u201E'},
    std::pair{"laquo"sv, U'\u00AB'},  std::pair{"raquo"sv, U'\u00BB'},  std::pair{"bull"sv, U'\u2022'},
    std::pair{"middot"sv, U'\u00B7'}, std::pair{"copy"sv, U'\u00A9'},   std::pair{"reg"sv, U'\u00AE'},
    std::pair{"trade"sv, U'\u2122'},  std::pair{"deg"sv, U'\u00B0'},    std::pair{"plusmn"sv, U'\u00B1'},
    std::pair{"times"sv, U'\u00D7'},  std::pair{"divide"sv, U'\u00F7'}, std::pair{"minus"sv, U'\u2212'},
    std::pair{"frac12"sv, U'\u00BD'}, std::pair{"frac14"sv, U'\u00BC'}, std::pair{"frac34"sv, U'\u00BE'},
    std::pair{"sup2"sv, U'\u00B2'},   std::pair{"sup3"sv, U'\u00B3'},   std::pair{"micro"sv, U'\u00B5'},
    std::pair{"cent"sv, U'\u00A2'},   std::pair{"pound"sv, U'\u00A3'},  std::pair{"yen"sv, U'\u00A5'},
    std::pair{"euro"sv, U'\u20AC'},   std::pair{"sect"sv, U'\u00A7'},   std::pair{"para"sv, U'\u00B6'},
    std::pair{"rarr"sv, U'\u2192'},   std::pair{"larr"sv, U'\u2190'},   std::pair{"le"sv, U'\u2264'},
    std::pair{"ge"sv, U'\u2265'},     std::pair{"ne"sv, U'\u2260'},     std::pair{"szlig"sv, U'\u00DF'},
    std::pair{"auml"sv, U'\u00E4'},   std::pair{"ouml"sv, U'\u00F6'},   std::pair{"uuml"sv, U'\u00FC'},
    std::pair{"Auml"sv, U'\u00C4'},   std::pair{"Ouml"sv, U'\u00D6'},   std::pair{"Uuml"sv, U'\u00DC'},
    std::pair{"aacute"sv, U'\u00E1'}, std::pair{"eacute"sv, U'\u00E9'}, std::pair{"iacute"sv, U'\u00ED'},
    std::pair{"oacute"sv, U'\u00F3'}, std::pair{"uacute"sv, U'\u00FA'}, std::pair{"agrave"sv, U'\u00E0'},
    std::pair{"egrave"sv, U'\u00E8'}, std::pair{"ecirc"sv, U'\u00EA'},  std::pair{"ccedil"sv, U'\u00E7'},
    std::pair{"ntilde"sv, U'\u00F1'}, std::pair{"iexcl"sv, U'\u00A1'},  std::pair{"iquest"sv, U'\u00BF'}};

}  // namespace

char32_t entity(std::string_view name) {
  if (name.starts_with('#')) {
    name.remove_prefix(1);
    const bool hex = name.starts_with('x') || name.starts_with('X');
    if (hex) name.remove_prefix(1);
    std::uint32_t code = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), code, hex ? 16 : 10);
    const bool whole = error == std::errc() && end == name.data() + name.size();
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    return whole && !surrogate && code <= 0x10FFFF ? char32_t{code} : 0;
  }
  const auto* const found = std::ranges::find(kNames, name, &std::pair<std::string_view, char32_t>::first);
  return found == kNames.end() ? 0 : found->second;
}

}  // namespace antiphon::text::markup
