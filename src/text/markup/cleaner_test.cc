#include "text/markup/cleaner.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text/characters/characters.h"
#include "text/characters/signs.h"

namespace antiphon::text::markup {
namespace {

using namespace std::chrono_literals;

std::string clean(std::string_view text, const Options& options = {}) {
  Cleaner cleaner(options);
  Clean out;
  cleaner.append(text, out);
  cleaner.flush(out);
  // White space in a row is what its most parting sign is, as in text::normalise().
  std::string squeezed;
  for (const char c : out.text) {
    const bool space = c == ' ' || c == '\n';
    if (!space || squeezed.empty() || (squeezed.back() != ' ' && squeezed.back() != '\n')) {
      squeezed += c;
    } else if (c == '\n') {
      squeezed.back() = c;
    }
  }
  const auto begin = squeezed.find_first_not_of(" \n");
  return begin == std::string::npos ? "" : squeezed.substr(begin, squeezed.find_last_not_of(" \n") + 1 - begin);
}

std::string pause(base::Duration length) {
  std::string out;
  characters::append(out, characters::pause_sign(length));
  return out;
}

struct Row {
  std::string written;
  std::string spoken;
};

void expect(const std::vector<Row>& rows) {
  for (const auto& row : rows) EXPECT_EQ(clean(row.written), row.spoken) << row.written;
}

TEST(Cleaner, ALineThatEndsAnItemOrAHeadingEndsAParagraphAndAWrappedOneDoesNot) {
  expect({
      {"We need four things:\nApples\nBread\nMilk\nSoap", "We need four things:\nApples\nBread\nMilk\nSoap"},
      {"Chapter One\nIt was raining.", "Chapter One\nIt was raining."},
      {"Eggs\r\nMilk", "Eggs\nMilk"},
      {"This line is wrapped\nin the middle of it.", "This line is wrapped in the middle of it."},
      {"We flew over the\nAtlantic Ocean.", "We flew over the Atlantic Ocean."},
      {"It rained.\nThen it stopped.", "It rained. Then it stopped."},
      {"Roses are red,\nViolets are blue", "Roses are red, Violets are blue"},
      {"eggs\nmilk\nsoap", "eggs\nmilk\nsoap"},
      {"A line that is about as long as the pages of a book or a\nLetter",
       "A line that is about as long as the pages of a book or a Letter"},
      {"One\n\n\n\nTwo", "One\nTwo"},
      {"\n\n  One  \n", "One"},
      {"\u2713 Eggs\n\u2713 Milk", "Eggs\nMilk"},
      {"- Eggs\n- Milk and\n  honey", "Eggs\nMilk and honey"},
      {"\u4F60\u597D\n\u4E16\u754C", "\u4F60\u597D\n\u4E16\u754C"},
  });
}

TEST(Cleaner, MarkdownIsSilent) {
  expect({
      {"## Setup\n**Important:** run `make`, then see [the guide](https://example.com/a?b=1).",
       "Setup\nImportant: run make, then see the guide."},
      {"# Title #\nText", "Title\nText"},
      {"Hashtag #1 and C# stay", "Hashtag #1 and C# stay"},
      {"**bold**, *italic*, ***both***, __bold__, _italic_, ~~gone~~", "bold, italic, both, bold, italic, gone"},
      {"snake_case_name, 2*3, 2 * 3", "snake_case_name, 2*3, 2 * 3"},
      {"- [x] done\n- [ ] open", "done\nopen"},
      {"* a\n+ b\n\u2022 c", "a\nb\nc"},
      {"1. First\n2. Second\n3.", "1, First\n2, Second"},
      {"How many?\n42.", "How many? 42."},
      {"One\n\n---\n\nTwo\n***\nThree", "One\nTwo\nThree"},
      {"> This is quoted\n> text here.", "This is quoted text here."},
      {"| Name | Age |\n|------|----:|\n| Ann | 7 |\n| Bob | 8 |", "Name , Age\nAnn , 7\nBob , 8"},
      {"```cpp\nint x;\nint y;\n```\nDone", "int x;\nint y;\nDone"},
      {"![A cat](cat.png) and ![](x.png)!", "A cat and !"},
      {"[one][1] and a note[^2].", "one and a note."},
      {"[not a link] and a [b", "[not a link] and a [b"},
      {R"(Not \*emphasised\* and C:\Users)", R"(Not *emphasised* and C:\Users)"},
      {"[**the** guide](u) ends", "the guide ends"},
      {"*sighs* Fine. *is it*", "Fine. is it"},
      {"Fill in ____ here", "Fill in here"},
  });
}

TEST(Cleaner, HtmlIsSilent) {
  expect({
      {"<b>b</b> and <i class=\"x\">i</i>", "b and i"},
      {"Fish &amp; chips &lt;3 &#233;&#xE9; &nbsp;x &nope; AT&T", "Fish & chips <3 \u00E9\u00E9 x &nope; AT&T"},
      {"<p>One</p><p>Two</p>", "One\nTwo"},
      {"One<br>Two<br/>Three", "One\nTwo\nThree"},
      {"a < b and c > d, x<y and y>z", "a < b and c > d, x<y and y>z"},
      {"A<!-- no\n -->B", "AB"},
      {"A<script>if (a < b) {}</script>B", "AB"},
      {"<speak>Hi <emphasis level=\"strong\">you</emphasis>.</speak>", "Hi you."},
      {"<sub alias=\"World Wide Web\">WWW</sub> works", "World Wide Web works"},
      {"<say-as interpret-as=\"characters\">AB1</say-as>", "A B 1"},
      {"<3 you", "<3 you"},
  });
}

TEST(Cleaner, AddressesAreReadAsTheirHosts) {
  expect({
      {"See https://www.example.com/a?b=1#c. Then go.", "See example.com. Then go."},
      {"At http://example.com, or (https://example.org/x_(y)).", "At example.com, or (example.org)."},
      {"Visit www.example.com!", "Visit example.com!"},
      {"<https://example.com/x> is it", "example.com is it"},
      {"mail a.b@example.com now", "mail a.b@example.com now"},
      {"[https://a.example/b](https://a.example/b) is", "a.example is"},
      {"whether we or http or https", "whether we or http or https"},
      {"https://a.example/x\nhttps://b.example", "a.example\nb.example"},
  });
}

TEST(Cleaner, ASpaceThatLacksBehindAMarkIsPutBack) {
  expect({
      {"Hello there.How are you?", "Hello there. How are you?"},
      {"Hello,world. First item;Second item.", "Hello, world. First item; Second item."},
      {"Really?Yes!Good", "Really? Yes! Good"},
      {"Node.js, example.com, e.g.this, U.S.A, 1,000, a.B, file.TXT",
       "Node.js, example.com, e.g.this, U.S.A, 1,000, a.B, file.TXT"},
  });
}

std::string repeated(std::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(Cleaner, AnAddressEndsAtACodePointThatStandsInNone) {
  const auto han = repeated("\u4E2D", 100);
  expect({
      {"<a www.a" + han, "<a a" + han},
      {"www.example.com" + han, "example.com" + han},
      {"\u8BF7\u8BBF\u95EEhttps://a.com/b\uFF0C\u7136\u540E\u70B9\u51FB\u3002",
       "\u8BF7\u8BBF\u95EEa.com\uFF0C\u7136\u540E\u70B9\u51FB\u3002"},
      {"https://a.com/b\u7136\u540E", "a.com\u7136\u540E"},
      {"https://a.com/k\u00F6ln/x is, \u201Chttps://b.com/c\u201D", "a.com is, \u201Cb.com\u201D"},
      {"https://m\u00FCnchen.example/x", "m\u00FCnchen.example"},
  });
}

TEST(Cleaner, WhatIsOpenedAndNeverClosedSwallowsNothing) {
  expect({
      {"Use the <script> tag. It loads.", "Use the tag. It loads."},
      {"A <style> of its own", "A of its own"},
      {"Begin it by <!-- and go on", "Begin it by <!-- and go on"},
      {"A <sub alias=\"x\">y and more", "A y and more"},
      {"<!-- a <!-- b -->c", "<!-- a c"},
      {"A<style>p { }</style>B<!-- c -->D", "ABD"},
  });
  const auto far = repeated("word ", 2000);
  EXPECT_EQ(clean("<!--" + far + "-->end").size(), far.size() + 10);
}

TEST(Cleaner, CodeSpansAreReadAsTheyAreWritten) {
  expect({
      {"A `<div>` and `vector<int>` and `__init__`.", "A <div> and vector<int> and __init__."},
      {"``a`*b*`` and *c*", "a`*b* and c"},
      {"`*a* and *b*", "a and b"},
      {"[`x_y_z` *docs*](u) `*w*`", "x_y_z docs *w*"},
  });
}

TEST(Cleaner, AFenceEndsWithItsOwnSign) {
  expect({
      {"```code``` is *here*\nSo.", "code is here\nSo."},
      {"~~~\n*a*\n```\n*b*\n~~~\n*c*", "*a*\n```\n*b*\nc"},
      {"```\n~~~\n*b*\n```\n*c*", "~~~\n*b*\nc"},
  });
}

TEST(Cleaner, ALinkWithinALinkIsReadAsItsLabel) {
  expect({
      {"[![Build](b.svg)](https://ci.example) passes", "Build passes"},
      {"[a [b](c) d](e) f", "a b d f"},
  });
}

TEST(Cleaner, AFlushEndsWhatIsNotRead) {
  for (const std::string first : {"https://a.example/x", "# Title\n---", "```cpp"}) {
    Cleaner cleaner({});
    Clean out;
    cleaner.append(first, out);
    cleaner.flush(out);
    cleaner.append("Hello", out);
    cleaner.flush(out);
    EXPECT_TRUE(out.text.ends_with("Hello")) << out.text;
  }
}

TEST(Cleaner, EmojiAreSilentOrNamed) {
  expect({
      {"Great \U0001F44D\U0001F3FD job", "Great job"},
      {"Hi\U0001F44Bthere", "Hi there"},
      {"Done\U0001F389.", "Done."},
      {"\U0001F468\u200D\U0001F469\u200D\U0001F467", ""},
      {"\u2764\uFE0F\U0001F1E9\U0001F1EA", ""},
      {"\u00A9 2024 and \u2122", "\u00A9 2024 and \u2122"},
  });
  EXPECT_EQ(clean("A \U0001F600 b\U0001F600.", {.emoji = Emoji::kNamed}), "A grinning face b grinning face .");
  EXPECT_EQ(clean("\U0001F606", {.emoji = Emoji::kNamed}), "smiling face");
}

TEST(Cleaner, PausesBecomeTheirSigns) {
  expect({
      {"Wait. <break time=\"1s\"/> Go.", "Wait. " + pause(1s) + "Go."},
      {"Wait.<break time='250ms' />Go", "Wait." + pause(250ms) + "Go"},
      {"A <break strength=\"strong\"/>b <break/>c", "A " + pause(750ms) + "b " + pause(500ms) + "c"},
      {"Well [pause:1.5s] yes [pause 200ms]no [pause]",
       "Well " + pause(1500ms) + "yes " + pause(200ms) + "no " + pause(500ms)},
      {R"(A <break time="1h"/>b <break time="99999s"/>c)", "A " + pause(500ms) + "b " + pause(10s) + "c"},
      {"[pause:1s]Go.", pause(1s) + "Go."},
      {"[pausing] now", "[pausing] now"},
      {R"(A <break strength="none"/>b<break time="0s"/>c)", "A bc"},
      {"A <break time=\"1s\"></break>b", "A " + pause(1s) + "b"},
      {"A client's own sign" + pause(1s), "A client's own sign"},
      {"<sub alias=\"a" + pause(1s) + "b\">c</sub>", "ab"},
      {"https://a" + pause(1s) + "b.example", "a b.example"},
      {"x [w](/a" + pause(1s) + "/) [[ b" + pause(1s) + " ]]", "x w [[ b ]]"},
  });
}

TEST(Cleaner, PhonemesStandBetweenTheirSigns) {
  std::string begin;
  std::string end;
  characters::append(begin, characters::kPhonemesBegin);
  characters::append(end, characters::kPhonemesEnd);
  expect({
      {"I like [[ t\u0259m a\u026A ]] a lot.",
       "I like " + begin + "t\u0259m" + end + " " + begin + "a\u026A" + end + " a lot."},
      {"[Kokoro](/k\u02C8Ok\u0259/) is", begin + "k\u02C8Ok\u0259" + end + " is"},
      {R"(A <phoneme alphabet="ipa" ph="ab">word</phoneme>.)", "A " + begin + "ab" + end + "."},
  });
}

std::string prosody(int rate, int volume) {
  std::string out;
  characters::append(out, characters::prosody_sign({.rate = rate, .volume = volume}));
  return out;
}

TEST(Cleaner, AProsodyBeginsBeforeItsFirstCharacterAndEndsBeforeTheNext) {
  const auto plain = prosody(100, 0);
  expect({
      {R"(I am <prosody rate="fast">very</prosody> glad.)", "I am " + prosody(150, 0) + "very " + plain + "glad."},
      {R"(<prosody volume="-6dB"> One.</prosody>)", prosody(100, -6) + "One."},
      {R"(A <prosody rate="80%">b <prosody volume="soft" rate="+50%">c</prosody> d</prosody> e)",
       "A " + prosody(80, 0) + "b " + prosody(120, -6) + "c " + prosody(80, 0) + "d " + plain + "e"},
      {R"(<prosody rate="slow"><p>One</p></prosody><p>Two</p>)", prosody(75, 0) + "One\n" + plain + "Two"},
      {R"(A <prosody rate="2"></prosody>b</prosody> c <prosody rate="2"/>d)", "A b c d"},
      {R"(A <prosody rate="much" pitch="high">b</prosody>)", "A b"},
  });
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "<prosody rate='-50%'>";
  std::string closed = deep + "a";
  for (int i = 0; i < 20; ++i) closed += "</prosody>";
  EXPECT_EQ(clean(closed + "b"), prosody(25, 0) + "a" + plain + "b") << "however deep they are";
}

TEST(Cleaner, WhatAPartIsSaidAsStandsBetweenSigns) {
  const auto as = [](characters::SayAs what, std::string text) {
    std::string out;
    characters::append(out, characters::say_as_sign(what));
    out += text;
    characters::append(out, characters::kSayAsEnd);
    return out;
  };
  using enum characters::SayAs;
  expect({
      {R"(On <say-as interpret-as="date" format="dmy">5/1/2025</say-as>.)", "On " + as(kDateDmy, "5/1/2025") + "."},
      {R"(<say-as interpret-as="date" format="yyyymmdd">20250105</say-as>)", as(kDateYmd, "20250105")},
      {R"(<say-as interpret-as="vxml:ordinal">5</say-as>)", as(kOrdinal, "5")},
      {R"(<say-as interpret-as="number" format="ordinal">5</say-as>)", as(kOrdinal, "5")},
      {R"(<say-as interpret-as="telephone">555-1234</say-as>)", as(kTelephone, "555-1234")},
      {R"(<say-as interpret-as="address">1 A St</say-as>)", "1 A St"},
      {R"(<say-as interpret-as="date"/>5</say-as>)", "5"},
  });
}

TEST(Cleaner, WhatIsReadAsItIsWrittenKeepsItsMarkup) {
  const Options read{.markup = Markup::kRead};
  EXPECT_EQ(clean("# *a* <b>\n- c", read), "# *a* <b>\n- c");
}

TEST(Cleaner, AnUnknownTagWithoutContentStandsBetweenWords) {
  EXPECT_EQ(clean("go<noise/>home"), "go home");
  EXPECT_EQ(clean("go <noise/> home"), "go home");
  EXPECT_EQ(clean("un<b>believ</b>able<wbr/>s"), "unbelievables");
}

TEST(Cleaner, CountsWhatItLeavesOut) {
  Cleaner cleaner({});
  Clean out;
  cleaner.append("<x>a</x> https://b.example \U0001F44D ", out);
  using enum LeftOut::Why;
  EXPECT_EQ(out.left_out, (std::vector<LeftOut>{{.why = kUnknownTag, .begin = 0, .size = 3},
                                                {.why = kUnknownTag, .begin = 4, .size = 4},
                                                {.why = kAddress, .begin = 9, .size = 17},
                                                {.why = kEmoji, .begin = 27, .size = 4}}));
  EXPECT_EQ(out.further_left_out, 0U);
  for (int i = 0; i < 300; ++i) cleaner.append("<b>", out);
  EXPECT_EQ(out.left_out.size(), Clean::kMostLeftOut);
  EXPECT_EQ(out.left_out.size() + out.further_left_out, 304U);
}

}  // namespace
}  // namespace antiphon::text::markup
