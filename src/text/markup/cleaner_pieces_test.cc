#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "text/markup/cleaner.h"

namespace antiphon::text::markup {
namespace {

std::vector<std::string> troublesome() {
  return {"word",
          " ",
          " ",
          "\n",
          "\n\n",
          "\r\n",
          "**",
          "*",
          "_",
          "`",
          "```\n",
          "[",
          "](",
          ")",
          "![",
          "[[",
          "]]",
          "(/",
          "/)",
          "<b>",
          "</b>",
          "<",
          ">",
          "<!--",
          "-->",
          "<script>",
          "</script>",
          R"(<break time="1s"/>)",
          "[pause:1s]",
          "&amp;",
          "&",
          ";",
          "#",
          "# ",
          "- ",
          "1. ",
          "2. ",
          "---",
          "| a | ",
          "|",
          "\\",
          "https://",
          "www.",
          "a.example",
          "/x?y",
          ".",
          ",",
          "\U0001F44D",
          "\u200D",
          "\uFE0F",
          "\uFF19",
          "\uFF1A",
          "\u2163",
          "\u0663",
          R"(<sub alias="x">)",
          "</sub>",
          R"(<say-as interpret-as="characters">)",
          R"(<say-as interpret-as="date" format="dm">)",
          "</say-as>",
          R"(<prosody rate="fast">)",
          R"(<prosody volume="-6dB">)",
          "</prosody>",
          "~~",
          "> ",
          "\u00A0",
          "*sighs*",
          "!",
          "=",
          R"(")",
          "'",
          "\U000F0010",
          "\u4E2D",
          "\uFF0C",
          "`a`",
          "~~~"};
}

TEST(Cleaner, TheResultDoesNotDependOnHowTheTextWasCut) {
  std::mt19937 random(7);
  const auto pieces = troublesome();
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (auto count = random() % 40; count > 0; --count) text += pieces[random() % pieces.size()];
    Cleaner whole({});
    Clean at_once;
    whole.append(text, at_once);
    whole.flush(at_once);
    Cleaner cleaner({});
    Clean out;
    for (std::string_view rest = text; !rest.empty();) {
      auto size = std::min<std::size_t>(rest.size(), 1 + random() % 9);
      while (size < rest.size() && (static_cast<unsigned char>(rest[size]) & 0xC0U) == 0x80U) ++size;
      cleaner.append(rest.substr(0, size), out);
      rest.remove_prefix(size);
    }
    cleaner.flush(out);
    ASSERT_EQ(out.text, at_once.text) << text;
    ASSERT_EQ(out.stretches, at_once.stretches) << text;
    std::size_t written = 0;
    std::size_t spoken = 0;
    for (const auto& stretch : out.stretches) {
      written += stretch.written;
      spoken += stretch.clean;
    }
    EXPECT_EQ(written, text.size()) << text;
    EXPECT_EQ(spoken, out.text.size()) << text;
  }
}

TEST(Cleaner, HoldsBackALittleWhateverComes) {
  for (const std::string unit : {"[", "<", "<a ", "&", "*", "`", "https://", "www.", "#", "|", "[a](", "-", "_", "\\",
                                 "![", "<!--", "<script>", "<sub alias='x'>", "```"}) {
    std::string text;
    while (text.size() < 20'000) text += unit;
    Cleaner cleaner({});
    Clean out;
    std::size_t decided = 0;
    std::size_t held = 0;
    for (std::size_t at = 0; at < text.size(); at += 997) {
      out = {};
      cleaner.append(std::string_view(text).substr(at, 997), out);
      for (const auto& stretch : out.stretches) decided += stretch.written;
      held = std::max(held, std::min(at + 997, text.size()) - decided);
    }
    EXPECT_LE(held, 5'000U) << unit;
  }
}

}  // namespace
}  // namespace antiphon::text::markup
