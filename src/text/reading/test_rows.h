#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "text/reading/reading.h"

namespace antiphon::text::reading {

struct Row {
  std::string written;
  std::string spoken;
};

inline void expect_english(const std::vector<Row>& rows) {
  for (const auto& row : rows) EXPECT_EQ(read(row.written, Language::kEnglish).spoken(), row.spoken) << row.written;
}

}  // namespace antiphon::text::reading
