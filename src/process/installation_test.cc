#include "process/installation.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace antiphon::process {
namespace {

class Tree : public testing::Test {
 public:
  ~Tree() override { std::filesystem::remove_all(folder_); }

 protected:
  Tree() : folder_(std::filesystem::temp_directory_path() / ("antiphon_tree_" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
  }
  std::filesystem::path folder_;
};

TEST_F(Tree, TheRootIsTheNearestFolderAboveTheProgramWithItsLibraries) {
  std::filesystem::create_directories(folder_ / "lib/antiphon");
  std::filesystem::create_directories(folder_ / "build/lib/antiphon");
  EXPECT_EQ(root_of(folder_ / "bin/antiphon"), folder_);
  EXPECT_EQ(root_of(folder_ / "build/src/process/process_test"), folder_ / "build");
}

TEST_F(Tree, AProgramWithoutATreeLooksBesideItsFolder) {
  EXPECT_EQ(root_of(folder_ / "bin/antiphon"), folder_);
  EXPECT_EQ(root_of("/antiphon"), "/");
}

TEST(Installed, FindsTheLibrariesOfTheBuildThatRunsThisTest) {
  EXPECT_TRUE(std::filesystem::is_regular_file(installed("lib/antiphon/libonnxruntime.so.1.32.0")));
  EXPECT_TRUE(std::filesystem::is_directory(installed("share/antiphon/espeak-ng-data")));
  EXPECT_FALSE(std::filesystem::exists(installed("share/antiphon/no-such-file")));
}

}  // namespace
}  // namespace antiphon::process
