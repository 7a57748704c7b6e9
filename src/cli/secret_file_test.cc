#include "cli/secret_file.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string_view>

#include "config/config.h"
#include "identity/api_key.h"

namespace antiphon::cli {
namespace {

class SecretFile : public testing::Test {
 protected:
  void TearDown() override { std::filesystem::remove(file_); }
  std::filesystem::path holding(std::string_view bytes) {
    std::ofstream(file_, std::ios::binary) << bytes;
    return file_;
  }

  std::filesystem::path file_ = std::filesystem::path(testing::TempDir()) / "antiphon_secret_file_test";
};

TEST_F(SecretFile, ASecretIsItsFirstLineWithoutTheBlanksAroundIt) {
  for (const auto* const bytes : {"sk-1", "sk-1\n", " sk-1\t\r\n", "sk-1\nof the attic\n"}) {
    EXPECT_EQ(read_secret(holding(bytes)), "sk-1") << bytes;
  }
  const std::string longest(identity::kMostSecretBytes, 'x');
  EXPECT_EQ(read_secret(holding(longest)), longest);
}

TEST_F(SecretFile, WhatIsNoSecretIsRefused) {
  using namespace std::string_view_literals;
  for (const auto bytes : {""sv, "\n"sv, "\nsk-1\n"sv, " \t\n"sv, "sk 1\n"sv, "sk\x01"sv, "sk\0"sv, "\xc3\xa9"sv}) {
    EXPECT_THROW(static_cast<void>(read_secret(holding(bytes))), config::Error) << bytes;
  }
  EXPECT_THROW(static_cast<void>(read_secret(holding(std::string(identity::kMostSecretBytes + 1, 'x')))),
               config::Error);
}

TEST_F(SecretFile, AFileThatCannotBeReadIsRefused) {
  EXPECT_THROW(static_cast<void>(read_secret(file_)), config::Error);
  EXPECT_THROW(static_cast<void>(read_secret(testing::TempDir())), config::Error);
  EXPECT_THROW(static_cast<void>(read_secret(holding(std::string((1U << 20U) + 1, '\n')))), config::Error);
}

}  // namespace
}  // namespace antiphon::cli
