#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "text/reading/reading.h"

namespace antiphon::text::reading {
namespace {

// What another reader of numbers says of the same sentences, and who is right where the two differ: see
// tests/figures/text_oracle.py, which writes both files.

std::vector<std::vector<std::string>> rows_of(const std::string& name) {
  std::ifstream file("src/text/reading/testdata/" + name);
  EXPECT_TRUE(file) << name;
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(file, line);) {
    auto& row = rows.emplace_back();
    std::size_t begin = 0;
    for (auto end = line.find('\t'); end != std::string::npos; begin = end + 1, end = line.find('\t', begin)) {
      row.push_back(line.substr(begin, end - begin));
    }
    row.push_back(line.substr(begin));
  }
  EXPECT_FALSE(rows.empty()) << name;
  return rows;
}

/// Columns: class, what is written, what is said.
TEST(EnglishTable, EachSentenceIsReadAsTwoReadersDo) {
  std::map<std::string, int> classes;
  for (const auto& row : rows_of("english.tsv")) {
    ASSERT_EQ(row.size(), 3U);
    EXPECT_EQ(read(row[1], Language::kEnglish).spoken(), row[2]) << row[1];
    ++classes[row[0]];
  }
  EXPECT_GE(classes.size(), 40U);
}

/// Columns: class, verdict, what is written, what is said, what the other reader says, why.
TEST(EnglishTable, EachDisagreementWithTheOtherReaderIsJudged) {
  for (const auto& row : rows_of("english_disagreements.tsv")) {
    ASSERT_EQ(row.size(), 6U);
    EXPECT_EQ(read(row[2], Language::kEnglish).spoken(), row[3]) << row[2];
    EXPECT_TRUE(row[1] == "ours" || row[1] == "theirs" || row[1] == "both" || row[1] == "neither") << row[2];
    EXPECT_FALSE(row[5].empty()) << row[2] << ": no reason";
  }
}

TEST(EnglishTable, AtLeastNineteenOfTwentySentencesAreReadAsTheOtherReaderDoesOrRightly) {
  const auto agreed = static_cast<double>(rows_of("english.tsv").size());
  const auto disagreed = rows_of("english_disagreements.tsv");
  const auto wrong =
      static_cast<double>(std::ranges::count(disagreed, "theirs", [](const auto& row) { return row[1]; }));
  const auto all = agreed + static_cast<double>(disagreed.size());
  EXPECT_GE(all, 1000);
  EXPECT_LE(wrong / all, 0.05);
}

}  // namespace
}  // namespace antiphon::text::reading
