#include "cache/folder.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include "cache/entry.h"
#include "cache/test_audio.h"

namespace antiphon::cache {
namespace {

class FolderTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::remove_all(path_); }
  void TearDown() override { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::filesystem::path file_of(std::uint8_t number) const { return path_ / file_name(key_of(number)); }

  std::filesystem::path path_ =
      std::filesystem::path(testing::TempDir()) / ("cache_folder_" + std::to_string(::getpid())) / "audio";
};

TEST_F(FolderTest, AnEntryIsReadAsItWasWrittenAndByItsOwnerAlone) {
  const auto folder = Folder::open(path_);
  ASSERT_TRUE(folder.has_value()) << folder.error();
  ASSERT_TRUE(folder->write(key_of(1), audio_of(100)).has_value());
  const auto read = folder->read(key_of(1));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, audio_of(100));
  EXPECT_EQ(folder->read(key_of(2)).error(), Folder::ReadError::kMissing);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path_).permissions(), perms::owner_all);
  EXPECT_EQ(std::filesystem::status(file_of(1)).permissions(), perms::owner_read | perms::owner_write);
}

TEST_F(FolderTest, ADamagedEntryIsRemoved) {
  const auto folder = Folder::open(path_);
  ASSERT_TRUE(folder.has_value());
  for (const std::string bytes : {"", "short",
                                  "0123456789012345678901234567890123456789012345678901234567890123456789012345"
                                  "6789012345"}) {
    std::ofstream(file_of(1)) << bytes;
    EXPECT_EQ(folder->read(key_of(1)).error(), Folder::ReadError::kDamaged);
    EXPECT_FALSE(std::filesystem::exists(file_of(1)));
  }
  ASSERT_TRUE(folder->write(key_of(1), audio_of(100)).has_value());
  std::filesystem::resize_file(file_of(1), std::uintmax_t{kMostEntryBytes} + 2);
  EXPECT_EQ(folder->read(key_of(1)).error(), Folder::ReadError::kDamaged);
}

TEST_F(FolderTest, ALinkIsNotFollowed) {
  const auto folder = Folder::open(path_);
  ASSERT_TRUE(folder.has_value());
  ASSERT_TRUE(folder->write(key_of(1), audio_of(100)).has_value());
  std::filesystem::create_symlink(file_of(1), file_of(2));
  EXPECT_EQ(folder->read(key_of(2)).error(), Folder::ReadError::kMissing);
  EXPECT_EQ(folder->list().size(), 1U);
}

TEST_F(FolderTest, EntriesAreListedInTheOrderOfTheirUseAndDraftsGo) {
  const auto folder = Folder::open(path_);
  ASSERT_TRUE(folder.has_value());
  const auto now = std::filesystem::file_time_type::clock::now();
  for (std::uint8_t number = 1; number <= 3; ++number) {
    ASSERT_TRUE(folder->write(key_of(number), audio_of(5000)).has_value());
    std::filesystem::last_write_time(file_of(number), now - std::chrono::hours(number));
  }
  ASSERT_TRUE(folder->read(key_of(3)).has_value()) << "it is used now";
  const auto draft = path_ / ("." + file_name(key_of(4)) + ".0123456789abcdef.new");
  std::ofstream(draft) << "half";
  std::ofstream(path_ / "of somebody else.txt") << "left alone";
  const auto found = folder->list();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].key, key_of(2));
  EXPECT_EQ(found[1].key, key_of(1));
  EXPECT_EQ(found[2].key, key_of(3));
  EXPECT_EQ(found[0].bytes, bytes_on_disk(5000));
  EXPECT_FALSE(std::filesystem::exists(draft));
  EXPECT_TRUE(std::filesystem::exists(path_ / "of somebody else.txt"));
}

TEST_F(FolderTest, OneServerAtATimeUsesIt) {
  {
    const auto first = Folder::open(path_);
    ASSERT_TRUE(first.has_value());
    const auto second = Folder::open(path_);
    ASSERT_FALSE(second.has_value());
    EXPECT_TRUE(second.error().ends_with("is the cache of another server")) << second.error();
  }
  EXPECT_TRUE(Folder::open(path_).has_value());
}

TEST_F(FolderTest, APathThatCannotBeAFolderIsSaid) {
  std::filesystem::create_directories(path_.parent_path());
  std::ofstream(path_) << "a file";
  EXPECT_FALSE(Folder::open(path_).has_value());
}

TEST(FileName, HasOneForm) {
  EXPECT_EQ(parse_file_name(file_name(key_of(0xAB))), key_of(0xAB));
  auto name = file_name(key_of(0xAB));
  name[0] = 'A';
  for (const std::string& other : {name, std::string("x.pcm"), std::string(), file_name(key_of(1)) + "x"}) {
    EXPECT_EQ(parse_file_name(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace antiphon::cache
