#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "file/lock.h"
#include "file/writer.h"

namespace antiphon::file {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put(const fs::path& file, std::string_view text) { std::ofstream(file, std::ios::binary) << text; }

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("file_test_" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Names of what is in the folder.
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder_)) found.insert(entry.path().filename().string());
    return found;
  }
  [[nodiscard]] static mode_t mode_of(const fs::path& file) {
    struct stat node{};
    EXPECT_EQ(::lstat(file.c_str(), &node), 0);
    return node.st_mode;
  }

  fs::path folder_;
};

TEST_F(FileTest, AFileIsReplacedWholeAndNothingElseIsLeft) {
  const auto file = folder_ / "keys.json";
  ASSERT_TRUE(replace(file, "first"));
  ASSERT_TRUE(replace(file, "second"));
  EXPECT_EQ(contents(file), "second");
  EXPECT_EQ(names(), std::set<std::string>{"keys.json"});
}

TEST_F(FileTest, TheOldFileIsThereUntilCommit) {
  const auto file = folder_ / "a";
  put(file, "old");
  {
    auto writer = Writer::open(file);
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->write(std::as_bytes(std::span(std::string_view("new")))));
    EXPECT_EQ(contents(file), "old");
  }
  EXPECT_EQ(contents(file), "old") << "it was given up";
  EXPECT_EQ(names(), std::set<std::string>{"a"});
}

TEST_F(FileTest, TheModeIsThatOfTheOptionsWhateverWasThere) {
  const auto file = folder_ / "keys.json";
  put(file, "old");
  ASSERT_EQ(::chmod(file.c_str(), 0666), 0);
  ASSERT_TRUE(replace(file, "new", {.mode = 0600}));
  EXPECT_EQ(mode_of(file) & 0777U, 0600U);
}

TEST_F(FileTest, ADraftThatIsThereIsNeitherFollowedNorTaken) {
  const auto victim = folder_ / "victim";
  put(victim, "precious");
  const auto file = folder_ / "a";
  fs::create_symlink(victim, folder_ / "planted");
  put(folder_ / "open to all", "");
  ASSERT_EQ(::chmod((folder_ / "open to all").c_str(), 0666), 0);
  static int asked = 0;
  asked = 0;
  const auto name = [](std::string_view) -> std::string {
    ++asked;
    return asked == 1 ? "planted" : (asked == 2 ? "open to all" : "fresh");
  };
  ASSERT_TRUE(replace(file, "new", {.mode = 0600, .draft_name = name}));
  EXPECT_EQ(contents(victim), "precious");
  EXPECT_EQ(contents(file), "new");
  EXPECT_EQ(mode_of(file) & 0777U, 0600U);
  EXPECT_TRUE(fs::is_symlink(folder_ / "planted"));
  const auto refused =
      replace(file, "newer", {.draft_name = [](std::string_view) -> std::string { return "planted"; }});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kOpen);
  EXPECT_EQ(contents(file), "new");
}

TEST_F(FileTest, LinksAreFollowedAndStay) {
  put(folder_ / "target", "old");
  fs::create_symlink("target", folder_ / "link");
  fs::create_symlink("link", folder_ / "link of a link");
  ASSERT_TRUE(replace(folder_ / "link of a link", "new"));
  EXPECT_EQ(contents(folder_ / "target"), "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link of a link"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  fs::create_symlink("not there yet", folder_ / "dangling");
  ASSERT_TRUE(replace(folder_ / "dangling", "made"));
  EXPECT_EQ(contents(folder_ / "not there yet"), "made");
  fs::create_symlink("round", folder_ / "round");
  ASSERT_FALSE(replace(folder_ / "round", "never"));
}

TEST_F(FileTest, APipeIsWrittenThroughAndStaysAPipe) {
  const auto pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string heard;
  std::thread reader([&] { heard = contents(pipe); });
  const std::string much(1U << 20U, 'x');
  ASSERT_TRUE(replace(pipe, much));
  reader.join();
  EXPECT_EQ(heard, much);
  EXPECT_TRUE(S_ISFIFO(mode_of(pipe)));
}

TEST_F(FileTest, ADeviceIsWrittenThroughAndItsErrorNamesThePath) {
  // By a link of our own, so that a fault replaces that and no device of this machine.
  const auto full = folder_ / "full";
  fs::create_symlink("/dev/full", full);
  const auto refused = replace(full, "anything");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kWrite);
  EXPECT_EQ(refused.error().message, full.string() + ": No space left on device");
  EXPECT_TRUE(fs::is_symlink(full));
  fs::create_symlink("/dev/null", folder_ / "null");
  EXPECT_TRUE(replace(folder_ / "null", "anything"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "null"));
}

TEST_F(FileTest, AnOpenDescriptorIsWrittenWhereItStands) {
  const auto file = folder_ / "out";
  put(file, "begun, ");
  const process::Fd open(::open(file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  ASSERT_TRUE(open);
  ASSERT_TRUE(replace("/proc/self/fd/" + std::to_string(open.get()), "gone on"));
  EXPECT_EQ(contents(file), "begun, gone on") << "as a shell's redirection by >> wants it";
}

TEST_F(FileTest, WhatIsNoPlaceForAFileIsRefusedWithItsPath) {
  for (const auto& path : {folder_, folder_ / "none/a"}) {
    const auto refused = replace(path, "text");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kOpen);
    EXPECT_THAT(refused.error().message, testing::StartsWith(path.string() + ": "));
  }
}

/// Files of this process cannot grow beyond `bytes` while it lives, as on a disk that is full.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST_F(FileTest, AFullDiskLeavesTheOldFileAndNoOther) {
  const auto file = folder_ / "keys.json";
  put(file, "old");
  const std::string much(64U << 10U, 'x');
  {
    const SmallDisk full(4096);
    const auto refused = replace(file, much);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kWrite);
    EXPECT_EQ(refused.error().message, file.string() + ": File too large");
  }
  EXPECT_EQ(contents(file), "old");
  EXPECT_EQ(names(), std::set<std::string>{"keys.json"});
}

TEST_F(FileTest, TheBeginningCanBeWrittenAgain) {
  auto writer = Writer::open(folder_ / "a");
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->replaces());
  const auto bytes = [](std::string_view text) { return std::as_bytes(std::span(text)); };
  ASSERT_TRUE(writer->write(bytes("????, then more")));
  ASSERT_TRUE(writer->write_beginning(bytes("size")));
  ASSERT_TRUE(writer->write(bytes(" and more")));
  ASSERT_TRUE(writer->commit());
  EXPECT_EQ(contents(folder_ / "a"), "size, then more and more");
}

TEST_F(FileTest, SixteenWhoReadChangeAndReplaceLoseNothing) {
  const auto file = folder_ / "list";
  constexpr int kWriters = 16;
  constexpr int kTurns = 8;
  std::vector<std::thread> writers;
  for (int writer = 0; writer < kWriters; ++writer) {
    writers.emplace_back([&file, writer] {
      for (int turn = 0; turn < kTurns; ++turn) {
        const auto lock = Lock::take(file, std::chrono::minutes(1));
        ASSERT_TRUE(lock) << lock.error().message;
        auto text = contents(file);
        std::this_thread::yield();
        text += static_cast<char>('a' + writer);
        ASSERT_TRUE(replace(file, text));
      }
    });
  }
  for (auto& writer : writers) writer.join();
  const auto text = contents(file);
  for (int writer = 0; writer < kWriters; ++writer) {
    EXPECT_EQ(std::ranges::count(text, static_cast<char>('a' + writer)), kTurns);
  }
  EXPECT_EQ(names(), (std::set<std::string>{"list", "list.lock"}));
}

TEST_F(FileTest, ALockThatIsHeldIsGivenUpAfterAWhile) {
  const auto file = folder_ / "list";
  const auto held = Lock::take(file);
  ASSERT_TRUE(held);
  EXPECT_EQ(mode_of(folder_ / "list.lock") & 0777U, 0600U);
  const auto refused = Lock::take(file, std::chrono::milliseconds(20));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kLocked);
  fs::create_symlink("list", folder_ / "link");
  EXPECT_FALSE(Lock::take(folder_ / "link", std::chrono::milliseconds(20))) << "by another name of the same file";
  EXPECT_TRUE(Lock::take(folder_ / "other")) << "another file";
}

TEST_F(FileTest, ALockIsNoLink) {
  fs::create_symlink("victim", folder_ / "list.lock");
  const auto refused = Lock::take(folder_ / "list");
  ASSERT_FALSE(refused);
  EXPECT_FALSE(fs::exists(folder_ / "victim"));
}

}  // namespace
}  // namespace antiphon::file
