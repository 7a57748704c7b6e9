#include "sandbox/sandbox.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/openat2.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <fstream>
#include <functional>
#include <thread>

namespace antiphon::sandbox {
namespace {

constexpr int kDied = 1000;  // and the signal's number

/// Runs `act` in a confined process of its own. What it returned (0 to 255), or kDied + signal.
int confined(const Options& options, const std::function<int()>& act) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    static_cast<void>(confine(options));
    ::_exit(act());
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? kDied + WTERMSIG(status) : WEXITSTATUS(status);
}

/// 0 where a call succeeded, else errno.
int outcome(long result) { return result >= 0 ? 0 : errno; }

/// What `confine` reports, from a process of its own.
Confinement report(const Options& options) {
  constexpr int kFilter = 1;
  constexpr int kDropped = 128;
  const pid_t pid = ::fork();
  if (pid == 0) {
    const auto inside = confine(options);
    ::_exit((inside.system_calls ? kFilter : 0) | (inside.landlock << 1) | (inside.user_dropped ? kDropped : 0));
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  const int told = WEXITSTATUS(status);
  return {.system_calls = (told & kFilter) != 0,
          .landlock = (told & (kDropped - 1)) >> 1,
          .user_dropped = (told & kDropped) != 0,
          .missing = {}};
}

class SandboxTest : public testing::Test {
 protected:
  void SetUp() override {
    // Readable for all, unlike what a test's own folder may be.
    char name[] = "/tmp/antiphon-sandbox-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    std::filesystem::permissions(folder_, std::filesystem::perms{0755});
    std::ofstream(folder_ / "voice") << "data";
    std::filesystem::create_directory(folder_ / "secret");
    std::ofstream(folder_ / "secret/key") << "data";
    open_ = {.readable = {folder_ / "voice"}};
    if (!report(open_).system_calls) GTEST_SKIP() << "the system, or a sanitizer, leaves no room for a filter";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
  Options open_;
};

TEST_F(SandboxTest, ReadsWhatItMay) {
  EXPECT_EQ(confined(open_, [&] { return outcome(::open((folder_ / "voice").c_str(), O_RDONLY | O_CLOEXEC)); }), 0);
  EXPECT_EQ(confined(open_, [] { return outcome(::open("/proc/self/statm", O_RDONLY)); }), 0);
  EXPECT_EQ(confined(open_, [] { return ::dlopen("libm.so.6", RTLD_NOW) != nullptr ? 0 : 1; }), 0);
}

TEST_F(SandboxTest, ReadsNothingElse) {
  if (report(open_).landlock == 0) GTEST_SKIP() << "the kernel has no Landlock";
  EXPECT_EQ(confined(open_, [&] { return outcome(::open((folder_ / "secret/key").c_str(), O_RDONLY)); }), EACCES);
  EXPECT_EQ(confined(open_, [] { return outcome(::open("/etc/passwd", O_RDONLY)); }), EACCES);
}

TEST_F(SandboxTest, ComputesInThreads) {
  EXPECT_EQ(confined(open_,
                     [] {
                       int sum = 0;
                       std::thread([&] { sum = 42; }).join();
                       return sum;
                     }),
            42);
}

TEST_F(SandboxTest, TalksOverTheSocketThatItHas) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  EXPECT_EQ(confined(open_, [&] { return outcome(::send(ends[1], "hello", 5, MSG_NOSIGNAL)); }), 0);
  char text[5];
  EXPECT_EQ(::recv(ends[0], text, sizeof text, 0), 5);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_F(SandboxTest, WhatOnlyAnIntruderTriesEndsIt) {
  const int killed = kDied + SIGSYS;
  EXPECT_EQ(confined(open_, [] { return outcome(::socket(AF_INET, SOCK_STREAM, 0)); }), killed);
  EXPECT_EQ(confined(open_, [] { return outcome(::socket(AF_UNIX, SOCK_STREAM, 0)); }), killed);
  EXPECT_EQ(confined(open_, [] { return outcome(::execl("/bin/true", "true", nullptr)); }), killed);
  EXPECT_EQ(confined(open_, [] { return outcome(::fork()); }), killed);
  EXPECT_EQ(confined(open_, [] { return outcome(::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }), killed);
  EXPECT_EQ(confined(open_, [&] { return outcome(::unlink((folder_ / "voice").c_str())); }), killed);
  for (const int flags : {O_WRONLY, O_RDWR, O_RDONLY | O_CREAT, O_RDONLY | O_TRUNC, O_RDONLY | O_APPEND}) {
    EXPECT_EQ(confined(open_, [&] { return outcome(::open((folder_ / "voice").c_str(), flags, 0600)); }), killed)
        << "flags " << flags;
  }
  EXPECT_EQ(confined(open_, [&] { return outcome(::open(folder_.c_str(), O_TMPFILE | O_RDWR, 0600)); }), killed);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "voice"));
}

int sequenced_socket() { return ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0); }

/// As CUDA does. 0, or why not.
int listen_on_a_sequenced_socket() {
  const int listening = sequenced_socket();
  if (listening < 0) return errno;
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  const auto name = "antiphon-test-" + std::to_string(::getpid());
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);  // abstract: no file
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (const int refused = outcome(::bind(listening, reinterpret_cast<const sockaddr*>(&address), size))) return refused;
  return outcome(::listen(listening, 16));
}

TEST_F(SandboxTest, AProcessWithDevicesMayWriteToThemAndToNothingElse) {
  const Options options{.readable = {folder_ / "voice"}, .devices = {"/dev/zero"}};
  EXPECT_EQ(confined(options, [] { return outcome(::open("/dev/zero", O_RDWR | O_CLOEXEC)); }), 0);
  EXPECT_EQ(confined(options,
                     [] {
                       const int device = ::open("/dev/zero", O_RDWR | O_CLOEXEC);
                       return outcome(::ioctl(device, 0xabcd, nullptr));
                     }),
            ENOTTY)
      << "it reaches the device";
  EXPECT_EQ(confined(options, [] { return outcome(::eventfd(0, EFD_CLOEXEC)); }), 0);
  // A driver tries in vain what would end others.
  EXPECT_EQ(confined(options, [] { return outcome(::socket(AF_UNIX, SOCK_STREAM, 0)); }), EPERM);
  EXPECT_EQ(confined(options, [] { return outcome(::fork()); }), EPERM);
  EXPECT_EQ(confined(options, [] { return outcome(::execl("/bin/true", "true", nullptr)); }), EPERM);
  EXPECT_EQ(confined(options, [&] { return outcome(::unlink((folder_ / "voice").c_str())); }), ENOENT);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "voice"));
  EXPECT_EQ(confined(options, [&] { return outcome(::rename((folder_ / "voice").c_str(), "/tmp/voice")); }), EPERM);
  EXPECT_EQ(confined(options, [&] { return outcome(::open((folder_ / "new").c_str(), O_RDWR | O_CREAT, 0600)); }),
            EPERM);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "new"));
  // CUDA does not begin without a socket of this kind; it reaches nobody by it.
  EXPECT_EQ(confined(options, [] { return listen_on_a_sequenced_socket(); }), 0);
  EXPECT_EQ(confined(options,
                     [] {
                       const int listening = sequenced_socket();
                       return outcome(::connect(listening, nullptr, 0));
                     }),
            EPERM);
  EXPECT_EQ(confined(options, [] { return outcome(::accept4(sequenced_socket(), nullptr, nullptr, SOCK_CLOEXEC)); }),
            EPERM);
  EXPECT_EQ(confined(options, [] { return outcome(::socket(AF_INET, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)); }), EPERM);
  if (report(options).landlock == 0) GTEST_SKIP() << "the kernel has no Landlock";
  EXPECT_EQ(confined(options, [&] { return outcome(::open((folder_ / "voice").c_str(), O_RDWR)); }), EACCES);
  EXPECT_EQ(confined(options, [&] { return outcome(::open((folder_ / "secret/key").c_str(), O_RDONLY)); }), EACCES);
}

TEST_F(SandboxTest, WhatIsNotNeededIsRefused) {
  EXPECT_EQ(confined(open_,
                     [&] {
                       const open_how how{.flags = O_RDONLY, .mode = 0, .resolve = 0};
                       const auto path = folder_ / "voice";
                       return outcome(::syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how));
                     }),
            ENOSYS);
  EXPECT_EQ(confined(open_, [] { return outcome(::kill(::getppid(), 0)); }), EPERM);
  EXPECT_EQ(confined(open_,
                     [] {
                       const rlimit more{.rlim_cur = 10, .rlim_max = 10};
                       return outcome(::setrlimit(RLIMIT_NOFILE, &more));
                     }),
            EPERM);
  EXPECT_EQ(confined(open_, [] { return outcome(::syscall(SYS_keyctl, 0, 0, 0, 0, 0)); }), EPERM);
}

TEST_F(SandboxTest, DiesWithItsParentThoughItChangedItsUser) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    if (::fork() == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      static_cast<void>(confine(open_));
      for (;;) ::write(ends[1], "x", 1);
    }
    char byte = 0;
    static_cast<void>(::read(ends[0], &byte, 1));  // the child is confined
    ::_exit(0);
  }
  ::waitpid(parent, nullptr, 0);
  ::close(ends[1]);
  char bytes[65'536];
  while (::read(ends[0], bytes, sizeof bytes) > 0) {
  }
  ::close(ends[0]);
}

TEST_F(SandboxTest, ItsOwnEndIsStillItsOwn) {
  EXPECT_EQ(confined(open_,
                     []() -> int {
                       ::signal(SIGABRT, SIG_DFL);
                       std::abort();
                     }),
            kDied + SIGABRT);
}

TEST_F(SandboxTest, RootBecomesNobodyWhereNobodyCanRead) {
  if (::geteuid() != 0) GTEST_SKIP() << "not root";
  EXPECT_EQ(confined(open_, [] { return ::getuid() == 65'534 && ::setuid(0) != 0 ? 0 : 1; }), 0);
  EXPECT_TRUE(report(open_).user_dropped);
}

TEST_F(SandboxTest, RootKeepsItsNameAndNoPowersWhereOnlyRootCanRead) {
  if (::geteuid() != 0) GTEST_SKIP() << "not root";
  std::filesystem::permissions(folder_ / "secret", std::filesystem::perms{0700});
  ASSERT_EQ(::chown((folder_ / "secret").c_str(), 0, 0), 0);
  const Options options{.readable = {folder_ / "secret"}};
  EXPECT_FALSE(report(options).user_dropped);
  EXPECT_EQ(confined(options, [&] { return outcome(::open((folder_ / "secret/key").c_str(), O_RDONLY)); }), 0);
  // A file that is closed to its owner, who was almighty before.
  std::filesystem::permissions(folder_ / "secret/key", std::filesystem::perms{0000});
  EXPECT_EQ(confined(options, [&] { return outcome(::open((folder_ / "secret/key").c_str(), O_RDONLY)); }), EACCES);
}

TEST_F(SandboxTest, RootBecomesTheOwnerOfWhatNobodyElseCanRead) {
  if (::geteuid() != 0) GTEST_SKIP() << "not root";
  constexpr uid_t kOwner = 12'345;
  std::filesystem::permissions(folder_ / "secret", std::filesystem::perms{0700});
  for (const auto* const name : {"secret", "secret/key"})
    ASSERT_EQ(::chown((folder_ / name).c_str(), kOwner, kOwner), 0);
  const Options options{.readable = {folder_ / "secret"}};
  EXPECT_TRUE(report(options).user_dropped);
  EXPECT_EQ(confined(options, [] { return ::getuid() == kOwner && ::setuid(0) != 0 ? 0 : 1; }), 0);
  EXPECT_EQ(confined(options, [&] { return outcome(::open((folder_ / "secret/key").c_str(), O_RDONLY)); }), 0);
}

}  // namespace
}  // namespace antiphon::sandbox
