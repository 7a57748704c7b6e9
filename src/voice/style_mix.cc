#include "voice/style_mix.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <utility>

#include "base/check.h"

namespace antiphon::voice {
namespace {

// A number has six bits for each place of a style, and seven for the parts of the second and the third. What the first
// has is the rest of kMixParts.
constexpr unsigned kStyleBits = 6;
constexpr unsigned kPartBits = 7;
constexpr std::uint32_t kStyleMask = (1U << kStyleBits) - 1;
constexpr std::uint32_t kPartMask = (1U << kPartBits) - 1;
constexpr unsigned kPartsAt = kStyleBits * kMostMixed;
static_assert(kPartsAt + kPartBits * (kMostMixed - 1) == 32);
static_assert(kMostStyles == std::size_t{1} << kStyleBits && kMixParts == 1 << (kPartBits - 1));

constexpr std::size_t kNear = 3;

struct Weighted {
  std::uint32_t style = 0;
  double weight = 0;
};

std::string small(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::unexpected<std::string> wrong(std::string sentence) { return std::unexpected(std::move(sentence)); }

/// Takes "name" or "name(weight)" off the front of `rest`, up to a sign or the end.
base::Result<Weighted, std::string> take_style(std::string_view& rest, std::span<const std::string> names) {
  const auto name = rest.substr(0, rest.find_first_of("+-("));
  rest.remove_prefix(name.size());
  if (name.empty()) return wrong("A mix of styles is written as name(weight)+name(weight).");
  Weighted taken = {.weight = 1};
  if (rest.starts_with('(')) {
    const auto end = rest.find(')');
    const auto digits = rest.substr(1, end == std::string_view::npos ? end : end - 1);
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), taken.weight, std::chars_format::fixed);
    const bool whole = error == std::errc{} && stop == digits.data() + digits.size();
    if (end == std::string_view::npos || !whole || !(taken.weight > 0 && taken.weight <= kMostMixWeight)) {
      return wrong(fmt::format("The weight of the style '{}' is not a number in brackets, above 0 and at most {:.0f}.",
                               name, kMostMixWeight));
    }
    rest.remove_prefix(end + 1);
  }
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) {
    return wrong(fmt::format("There is no style '{}'; the nearest are: {}.", name,
                             fmt::join(nearest_styles(name, names, kNear), ", ")));
  }
  taken.style = static_cast<std::uint32_t>(found - names.begin());
  return taken;
}

void add(std::vector<Weighted>& all, const Weighted& one) {
  const auto same = std::ranges::find(all, one.style, &Weighted::style);
  if (same == all.end()) {
    all.push_back(one);
  } else {
    same->weight += one.weight;
  }
}

/// Parts of kMixParts for each weight, at least one: each is rounded down, and those that lost most get one more.
std::vector<std::int32_t> parts_of(std::span<const Weighted> styles) {
  double total = 0;
  for (const auto& one : styles) total += std::abs(one.weight);
  std::vector<std::int32_t> parts;
  std::vector<double> lost;
  for (const auto& one : styles) {
    const double exact = std::abs(one.weight) / total * kMixParts;
    parts.push_back(std::max(1, static_cast<std::int32_t>(exact)));
    lost.push_back(exact - parts.back());
  }
  for (auto sum = std::accumulate(parts.begin(), parts.end(), 0); sum < kMixParts; ++sum) {
    const auto most = static_cast<std::size_t>(std::ranges::max_element(lost) - lost.begin());
    ++parts[most];
    --lost[most];
  }
  // One part each may be more than there are.
  const auto extra = std::accumulate(parts.begin(), parts.end(), 0) - kMixParts;
  *std::ranges::max_element(parts) -= extra;
  return parts;
}

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t i = 0; i < row.size(); ++i) row[i] = i;
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const auto replaced = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = std::exchange(row[j + 1], std::min({replaced, row[j] + 1, row[j + 1] + 1}));
    }
  }
  return row.back();
}

std::int32_t signed_part(std::uint32_t bits) {
  const auto value = static_cast<std::int32_t>(bits & kPartMask);
  return value >= kMixParts ? value - 2 * kMixParts : value;
}

}  // namespace

base::Result<StyleMix, std::string> StyleMix::parse(std::string_view text, std::span<const std::string> names) {
  ANTIPHON_CHECK(names.size() <= kMostStyles, "a voice has more styles than a mix can name");
  if (text.size() > kMostMixBytes) return wrong(fmt::format("A mix of styles has at most {} bytes.", kMostMixBytes));
  const auto plain = small(text);
  std::string_view rest = plain;
  std::vector<Weighted> styles;
  for (double sign = 1;;) {
    auto taken = take_style(rest, names);
    if (!taken) return std::unexpected(std::move(taken.error()));
    taken->weight *= sign;
    add(styles, *taken);
    if (rest.empty()) break;
    if (rest.front() != '+' && rest.front() != '-') return wrong("Between two styles of a mix stands + or -.");
    sign = rest.front() == '+' ? 1 : -1;
    rest.remove_prefix(1);
  }
  if (!(styles.front().weight > 0)) return wrong("The first style of a mix has to be added, not subtracted.");
  std::erase_if(styles, [](const Weighted& one) { return one.weight == 0; });
  if (styles.size() > kMostMixed) return wrong(fmt::format("A mix has at most {} different styles.", kMostMixed));
  std::ranges::sort(styles.begin() + 1, styles.end(), {}, &Weighted::style);
  StyleMix mix(styles.front().style);
  const auto parts = parts_of(styles);
  mix.count_ = styles.size();
  for (std::size_t i = 0; i < styles.size(); ++i) {
    mix.styles_.at(i) = {.style = styles[i].style, .parts = styles[i].weight < 0 ? -parts[i] : parts[i]};
  }
  return mix;
}

std::optional<StyleMix> StyleMix::of_number(std::uint32_t number, std::size_t styles) {
  StyleMix mix(number & kStyleMask);
  std::int32_t left = kMixParts;
  for (std::size_t i = 1; i < kMostMixed; ++i) {
    const auto style = number >> (kStyleBits * i) & kStyleMask;
    const auto parts = signed_part(number >> (kPartsAt + kPartBits * (i - 1)));
    if (parts == 0) {
      if (style != 0) return std::nullopt;
      continue;
    }
    if (mix.count_ != i || style == mix.first() || style >= styles) return std::nullopt;
    if (i > 1 && style <= mix.styles_.at(i - 1).style) return std::nullopt;
    left -= std::abs(parts);
    mix.styles_.at(i) = {.style = style, .parts = parts};
    mix.count_ = i + 1;
  }
  if (mix.first() >= styles || left <= 0) return std::nullopt;
  mix.styles_.front().parts = left;
  return mix;
}

std::uint32_t StyleMix::number() const {
  std::uint32_t number = first();
  for (std::size_t i = 1; i < count_; ++i) {
    const auto& one = styles_.at(i);
    number |= one.style << (kStyleBits * i);
    number |= (static_cast<std::uint32_t>(one.parts) & kPartMask) << (kPartsAt + kPartBits * (i - 1));
  }
  return number;
}

std::string StyleMix::text(std::span<const std::string> names) const {
  if (count_ == 1) return names[first()];
  std::string text;
  for (const auto& one : styles()) {
    const auto* const sign = one.parts < 0 ? "-" : text.empty() ? "" : "+";
    text += fmt::format("{}{}({})", sign, names[one.style], std::abs(one.parts));
  }
  return text;
}

std::vector<std::string> nearest_styles(std::string_view wanted, std::span<const std::string> names, std::size_t most) {
  constexpr std::size_t kMostCompared = 64;
  std::vector<std::pair<std::size_t, std::size_t>> order;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (is_read(names[i])) order.emplace_back(edits(wanted.substr(0, kMostCompared), names[i]), i);
  }
  std::ranges::sort(order);
  std::vector<std::string> nearest;
  for (const auto& [distance, i] : order) {
    if (nearest.size() == most) break;
    nearest.push_back(names[i]);
  }
  return nearest;
}

std::string_view language_of_style(std::string_view name) {
  constexpr std::array<std::pair<char, std::string_view>, 9> kLanguages = {{{'a', "en-US"},
                                                                            {'b', "en-GB"},
                                                                            {'e', "es-ES"},
                                                                            {'f', "fr-FR"},
                                                                            {'h', "hi-IN"},
                                                                            {'i', "it-IT"},
                                                                            {'j', "ja-JP"},
                                                                            {'p', "pt-BR"},
                                                                            {'z', "zh-CN"}}};
  if (name.empty()) return {};
  const auto* const found = std::ranges::find(kLanguages, name.front(), &std::pair<char, std::string_view>::first);
  return found == kLanguages.end() ? std::string_view() : found->second;
}

bool is_read(std::string_view style) {
  const auto language = language_of_style(style);
  return !language.empty() && language != "ja-JP" && language != "zh-CN";
}

}  // namespace antiphon::voice
