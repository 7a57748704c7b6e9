#include "phonemizer/hostile_text.h"

#include <unicode/utf8.h>

#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string_view>
#include <vector>

#include "phonemizer/phonemizer.h"

namespace antiphon::phonemizer {
namespace {

using Random = std::mt19937_64;

constexpr std::size_t kMostBytes = 3000;

/// English comes up most often: it has the most affixes that stack.
constexpr std::array<std::string_view, 42> kVoices = {
    "en-us", "en-us", "en-us", "en-us", "en-us", "en-us", "en", "en", "de", "de", "fr", "es", "it", "pt",
    "nl",    "da",    "sv",    "nb",    "fi",    "pl",    "cs", "ru", "uk", "tr", "hu", "el", "ar", "fa",
    "he",    "hi",    "ta",    "ko",    "ja",    "cmn",   "vi", "ka", "ca", "af", "cy", "ro", "sw", "jbo"};

constexpr std::array<std::string_view, 64> kUnits = {
    "'s",   "'S",  "s'",   "\u2019s", "'t",  "n't", "'ll", "'re",          "anti", "unanti", "un",      "non",   "re",
    "pre",  "hfs", "exo",  "edly",    "ed",  "es",  "ses", "ness",         "less", "ly",     "ing",     "ings",  "ment",
    "able", "ful", "isms", "ation",   "ers", "ize", ".s",  "s.",           ".e",   "a.",     ".\u00e9", "zu",    "ge",
    "be",   "ver", "ung",  "keit",    "ud",  "wan", "in",  "\u0627\u0644", "1",    "1a",     "a1",      "-",     "a-",
    "--",   "'",   "\"",   "(",       ")",   "...", ", ",  ". ",           "? ",   " ",      "%",       "\u0301"};

/// First and last code points of scripts and signs.
constexpr std::array<std::array<char32_t, 2>, 25> kRanges = {
    {{'a', 'z'},       {'A', 'Z'},       {' ', '~'},       {0xA1, 0x17F},      {0x250, 0x2FF},
     {0x300, 0x36F},   {0x391, 0x3C9},   {0x410, 0x44F},   {0x5D0, 0x5EA},     {0x620, 0x64A},
     {0x904, 0x94D},   {0xB85, 0xBCD},   {0xE01, 0xE5B},   {0x10D0, 0x10FF},   {0x1200, 0x1357},
     {0x1E00, 0x1EFF}, {0x2000, 0x206F}, {0x2190, 0x22FF}, {0x2600, 0x28FF},   {0x3041, 0x30FE},
     {0x4E00, 0x9FFF}, {0xAC00, 0xD7A3}, {0xFF01, 0xFFEE}, {0x1D400, 0x1D7FF}, {0x1F300, 0x1FAFF}}};

std::size_t below(Random& random, std::size_t bound) { return static_cast<std::size_t>(random() % bound); }

template <class Array>
const auto& one_of(Random& random, const Array& array) {
  return array[below(random, array.size())];
}

void append(std::string& out, char32_t c) {
  std::array<char, U8_MAX_LENGTH> bytes{};
  std::int32_t size = 0;
  U8_APPEND_UNSAFE(bytes, size, static_cast<UChar32>(c));
  out.append(bytes.data(), static_cast<std::size_t>(size));
}

/// The texts of the rules of a language, as they lie in its dictionary: its affixes and word beginnings among them.
const std::vector<std::string>& fragments(std::string_view voice) {
  static std::map<std::string, std::vector<std::string>, std::less<>> known;
  const auto language = std::string(voice.substr(0, voice.find('-')));
  const auto [found, is_new] = known.try_emplace(language);
  if (!is_new) return found->second;
  std::ifstream file(default_data() / (language + "_dict"), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  std::string fragment;
  for (std::int32_t at = 0; at < static_cast<std::int32_t>(bytes.size());) {
    UChar32 c = 0;
    U8_NEXT(bytes, at, static_cast<std::int32_t>(bytes.size()), c);
    const bool is_letter = c == '\'' || (c >= 'a' && c <= 'z') || c >= 0xC0;
    if (is_letter && fragment.size() < 12) {
      append(fragment, static_cast<char32_t>(c));
      continue;
    }
    if (fragment.size() >= 2) found->second.push_back(fragment);
    fragment.clear();
  }
  if (found->second.empty()) found->second.emplace_back("x");
  return found->second;
}

std::string letters(Random& random) {
  const auto& range = one_of(random, kRanges);
  std::string out;
  for (auto left = 1 + below(random, 8); left > 0; --left) {
    append(out, range[0] + static_cast<char32_t>(below(random, range[1] - range[0] + 1)));
  }
  return out;
}

std::string unit(Random& random, std::string_view voice) {
  switch (below(random, 4)) {
    case 0:
      return letters(random);
    case 1:
      return one_of(random, fragments(voice));
    default:
      return std::string(one_of(random, kUnits));
  }
}

/// What stands between two units.
std::string_view joint(Random& random) {
  static constexpr std::array<std::string_view, 16> kJoints = {"",  "",  "",       "",  "",  "",  "",   " ",
                                                               ".", "'", "\u2019", "-", "_", "/", ", ", "\u00AD"};
  return one_of(random, kJoints);
}

/// Several units, repeated, so that affixes stack.
std::string row(Random& random, std::string_view voice) {
  std::vector<std::string> units;
  for (auto left = 1 + below(random, 3); left > 0; --left) units.push_back(unit(random, voice));
  const auto between = joint(random);
  std::string out;
  static constexpr std::array<std::size_t, 6> kLengths = {2, 8, 20, 60, 200, 600};
  const auto most = 1 + below(random, one_of(random, kLengths));
  for (std::size_t i = 0; i < most && out.size() < kMostBytes; ++i) {
    out += below(random, 12) == 0 ? one_of(random, units) : units[i % units.size()];
    out += between;
  }
  return out;
}

}  // namespace

HostileText hostile_text(std::uint64_t number) {
  Random random(number * 0x9E3779B97F4A7C15ULL + 1);
  HostileText hostile{.voice = std::string(one_of(random, kVoices)), .text = {}};
  for (auto left = 1 + below(random, 4); left > 0 && hostile.text.size() < kMostBytes; --left) {
    hostile.text += row(random, hostile.voice);
    if (below(random, 3) == 0) hostile.text += joint(random);
  }
  return hostile;
}

}  // namespace antiphon::phonemizer
