#include "runtime/log.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace antiphon::runtime {
namespace {

TEST(Log, ShowsEveryKindOfValue) {
  EXPECT_EQ(
      format_event("ready",
                   {{"port", std::uint16_t{8080}}, {"delta", -3}, {"rtf", 0.25}, {"warm", true}, {"voice", "joe"}}),
      "ready port=8080 delta=-3 rtf=0.25 warm=true voice=joe");
}

TEST(Log, AValueCannotForgeAFieldOrALine) {
  EXPECT_EQ(format_event("e", {{"path", "/a b=c"}}), R"(e path="/a b=c")");
  EXPECT_EQ(format_event("e", {{"path", "x\n2026 error forged"}}), R"(e path="x\n2026 error forged")");
  EXPECT_EQ(format_event("e", {{"path", "\"\\\x1b[31m\xc3\xa9"}}), R"(e path="\"\\\x1b[31m\xc3\xa9")");
  EXPECT_EQ(format_event("e", {{"path", ""}}), R"(e path="")");
}

TEST(Log, CutsLongValues) {
  const auto line = format_event("e", {{"path", std::string(10'000, 'a')}});
  EXPECT_EQ(line, "e path=" + std::string(512, 'a') + "...");
}

TEST(Log, ALineOfJsonHasItsLevelItsEventAndTypedFields) {
  EXPECT_EQ(
      format_json(LogLevel::kWarn, "ready",
                  {{"port", std::uint16_t{8080}}, {"rtf", 0.25}, {"rate", 1.0}, {"warm", true}, {"voice", "joe"}}),
      R"("level":"warn","event":"ready","port":8080,"rtf":0.25,"rate":1.0,"warm":true,"voice":"joe"})");
}

TEST(Log, NumbersAreThoseOfJson) {
  EXPECT_EQ(format_json(LogLevel::kInfo, "e", {{"a", 1e-05}, {"b", 1e16}, {"c", 2.5}, {"d", -3.0}}),
            R"("level":"info","event":"e","a":1e-05,"b":1e+16,"c":2.5,"d":-3.0})");
}

TEST(Log, NoValueBreaksALineOfJson) {
  EXPECT_EQ(format_json(LogLevel::kInfo, "e", {{"path", "a\"b\\\n\x01"}}),
            R"("level":"info","event":"e","path":"a\"b\\\n\u0001"})");
  EXPECT_EQ(format_json(LogLevel::kInfo, "e", {{"path", "\xff\xc3(\xe2\x82\xc3\xa9"}}),
            "\"level\":\"info\",\"event\":\"e\",\"path\":\"\xef\xbf\xbd\xef\xbf\xbd(\xef\xbf\xbd\xc3\xa9\"}");
  EXPECT_EQ(format_json(LogLevel::kInfo, "e", {{"x", std::numeric_limits<double>::quiet_NaN()}}),
            R"("level":"info","event":"e","x":null})");
  EXPECT_EQ(format_json(LogLevel::kInfo, "e", {{"path", std::string(10'000, 'a')}}),
            R"("level":"info","event":"e","path":")" + std::string(512, 'a') + R"(..."})");
}

TEST(Log, KnowsItsFormats) {
  EXPECT_EQ(parse_log_format("json"), LogFormat::kJson);
  EXPECT_EQ(parse_log_format("xml"), std::nullopt);
}

TEST(Log, KnowsItsLevels) {
  EXPECT_EQ(parse_log_level("warn"), LogLevel::kWarn);
  EXPECT_EQ(parse_log_level("WARN"), std::nullopt);
}

}  // namespace
}  // namespace antiphon::runtime
