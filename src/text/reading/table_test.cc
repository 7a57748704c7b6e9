#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>

#include "text/reading/reading.h"

namespace antiphon::text::reading {
namespace {

/// Lines of a class, what is written and what is said, which another reader of numbers said, too: see
/// tests/figures/text_oracle.py.
TEST(EnglishTable, EachSentenceIsReadAsTwoReadersDo) {
  std::ifstream file("src/text/reading/testdata/english.tsv");
  ASSERT_TRUE(file);
  std::map<std::string, int> rows;
  for (std::string line; std::getline(file, line);) {
    const auto first = line.find('\t');
    const auto second = line.find('\t', first + 1);
    ASSERT_NE(second, std::string::npos) << line;
    const auto written = line.substr(first + 1, second - first - 1);
    EXPECT_EQ(read(written, Language::kEnglish).spoken(), line.substr(second + 1)) << written;
    ++rows[line.substr(0, first)];
  }
  EXPECT_GE(rows.size(), 40U) << "classes";
}

}  // namespace
}  // namespace antiphon::text::reading
