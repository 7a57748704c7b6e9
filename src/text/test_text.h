#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace antiphon::text {

/// Fewer than `most` pieces at random, of those that have caused trouble in cutting text and of `further` ones.
inline std::string random_text(std::mt19937& random, std::size_t most, const std::vector<std::string>& further) {
  std::vector<std::string> pieces = {"word",
                                     "Mr.",
                                     "e.g.",
                                     "and",
                                     "long-winded",
                                     "1,000",
                                     "3.14",
                                     ",",
                                     ";",
                                     ".",
                                     "!",
                                     "?",
                                     "...",
                                     " ",
                                     " ",
                                     " ",
                                     "\n\n",
                                     "\u2014",
                                     "\u4F60\u597D",
                                     "\u3002",
                                     "\uFF0C",
                                     "(",
                                     ")",
                                     "\"",
                                     "'",
                                     "e\u0301\u0323",
                                     "\xF0\x9F\x91\xA9\u200D\xF0\x9F\x91\xA7",
                                     "\u1100\u1161",
                                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                                     "- ",
                                     "12) "};
  pieces.insert(pieces.end(), further.begin(), further.end());
  std::string text;
  const auto count = random() % most;
  for (unsigned i = 0; i < count; ++i) text += pieces[random() % pieces.size()];
  return text;
}

/// Pieces of markup, as chat programs, web pages and users of SSML write it.
inline std::vector<std::string> markup_pieces() {
  return {"**",
          "*",
          "_",
          "`",
          "```\n",
          "\n",
          "\r\n",
          "# ",
          "- ",
          "1. ",
          "[label](",
          "https://a.example/x?y)",
          "<b>",
          "</p>",
          "<break time=\"1s\"/>",
          "[pause:1s]",
          "&amp;",
          "<sub alias=\"that is\">i.e.</sub>",
          "\U0001F44D",
          "\u2163",
          "\uFF19\uFF1A\uFF13",
          "\uFB01",
          "| a | ",
          "[[",
          "<!--",
          "-->",
          "Hello there.",
          "\u00BD",
          "</prosody>",
          "<prosody rate=\"fast\">",
          "<prosody volume=\"soft\">",
          "<say-as interpret-as=\"date\">",
          "</say-as>"};
}

/// Units of texts that are made to cost much: each looks like the begin of something, or like an end that may be none.
inline std::vector<std::string> costly_units() {
  return {"[",     "[a](", "<a b=\"", "*",  "&amp", "https://", "| ",  "1.",  "1-",  "a@b.",  "$1 ",   "(",   "1/2 ",
          "U.S. ", "`",    "<p ",     "![", "\n- ", "A. ",      "a.b", "...", "[[ ", "\n1. ", "1,000", "IV ", "\"a\" "};
}
/// At least `bytes` of `unit` in a row.
inline std::string repeated(std::string_view unit, std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += unit;
  return text;
}

inline std::string without_spaces(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != ' ' && c != '\n') out += c;
  }
  return out;
}

}  // namespace antiphon::text
