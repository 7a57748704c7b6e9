#include "engine/kokoro/front/vocabulary.h"

#include <algorithm>
#include <array>
#include <utility>

namespace antiphon::engine::kokoro::front {
namespace {

using Row = std::pair<char32_t, std::uint8_t>;

/// By code point.
constexpr std::array<Row, 114> kSigns = {
    {{U' ', 16},       {U'!', 5},        {U'"', 11},       {U'(', 12},       {U')', 13},       {U',', 3},
     {U'.', 4},        {U':', 2},        {U';', 1},        {U'?', 6},        {U'A', 24},       {U'I', 25},
     {U'O', 31},       {U'Q', 33},       {U'S', 35},       {U'T', 36},       {U'W', 39},       {U'Y', 41},
     {U'a', 43},       {U'b', 44},       {U'c', 45},       {U'd', 46},       {U'e', 47},       {U'f', 48},
     {U'h', 50},       {U'i', 51},       {U'j', 52},       {U'k', 53},       {U'l', 54},       {U'm', 55},
     {U'n', 56},       {U'o', 57},       {U'p', 58},       {U'q', 59},       {U'r', 60},       {U's', 61},
     {U't', 62},       {U'u', 63},       {U'v', 64},       {U'w', 65},       {U'x', 66},       {U'y', 67},
     {U'z', 68},       {U'\u00E6', 72},  {U'\u00E7', 78},  {U'\u00F0', 81},  {U'\u00F8', 116}, {U'\u014B', 112},
     {U'\u0153', 120}, {U'\u0250', 70},  {U'\u0251', 69},  {U'\u0252', 71},  {U'\u0254', 76},  {U'\u0255', 77},
     {U'\u0256', 80},  {U'\u0259', 83},  {U'\u025A', 85},  {U'\u025B', 86},  {U'\u025C', 87},  {U'\u025F', 90},
     {U'\u0261', 92},  {U'\u0263', 139}, {U'\u0264', 140}, {U'\u0265', 99},  {U'\u0268', 101}, {U'\u026A', 102},
     {U'\u026F', 110}, {U'\u0270', 111}, {U'\u0272', 114}, {U'\u0273', 113}, {U'\u0274', 115}, {U'\u0278', 118},
     {U'\u0279', 123}, {U'\u027B', 126}, {U'\u027D', 129}, {U'\u027E', 125}, {U'\u0281', 128}, {U'\u0282', 130},
     {U'\u0283', 131}, {U'\u0288', 132}, {U'\u028A', 135}, {U'\u028B', 136}, {U'\u028C', 138}, {U'\u028E', 143},
     {U'\u0292', 147}, {U'\u0294', 148}, {U'\u029D', 103}, {U'\u02A3', 18},  {U'\u02A4', 82},  {U'\u02A5', 19},
     {U'\u02A6', 20},  {U'\u02A7', 133}, {U'\u02A8', 21},  {U'\u02B0', 162}, {U'\u02B2', 164}, {U'\u02C8', 156},
     {U'\u02CC', 157}, {U'\u02D0', 158}, {U'\u0303', 17},  {U'\u03B2', 75},  {U'\u03B8', 119}, {U'\u03C7', 142},
     {U'\u1D4A', 42},  {U'\u1D5D', 22},  {U'\u1D7B', 177}, {U'\u2014', 9},   {U'\u201C', 14},  {U'\u201D', 15},
     {U'\u2026', 10},  {U'\u2192', 171}, {U'\u2193', 169}, {U'\u2197', 172}, {U'\u2198', 173}, {U'\uAB67', 23}}};
static_assert(std::ranges::is_sorted(kSigns, {}, &Row::first));

}  // namespace

std::optional<std::int64_t> token_of(char32_t phoneme) {
  const auto* const found = std::ranges::lower_bound(kSigns, phoneme, {}, &Row::first);
  if (found == kSigns.end() || found->first != phoneme) return std::nullopt;
  return found->second;
}

bool is_heard(char32_t phoneme) {
  // Marks and spaces shape what stands beside them, stress and length likewise; they are no sounds.
  constexpr std::u32string_view kUnheard =
      U";:,.!?\u2014\u2026\"()\u201C\u201D \u0303\u02C8\u02CC\u02D0\u02B0\u02B2\u2193\u2192\u2197\u2198";
  return token_of(phoneme) && !kUnheard.contains(phoneme);
}

}  // namespace antiphon::engine::kokoro::front
