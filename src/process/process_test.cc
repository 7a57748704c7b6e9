#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cerrno>
#include <string>
#include <thread>

#include "process/child.h"

namespace antiphon::process {
namespace {

using namespace std::chrono_literals;

ExitStatus wait_for(boost::asio::io_context& io, Child& child) {
  auto done = boost::asio::co_spawn(io, child.wait(), boost::asio::use_future);
  io.restart();
  io.run();
  return done.get();
}

SpawnOptions shell(std::string script, int inherited = -1) {
  return {.executable = "/bin/sh", .arguments = {"-c", std::move(script)}, .inherited = inherited};
}

std::string read_all(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t n = 0; (n = ::read(fd, buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<std::size_t>(n));
  return text;
}

/// Runs `script` with one socket end as its descriptor 3 and returns what it wrote there.
std::string output_of(std::string script) {
  boost::asio::io_context io;
  auto pair = socket_pair();
  EXPECT_TRUE(pair);
  auto child = Child::spawn(io.get_executor(), shell(std::move(script), pair->second.get()));
  EXPECT_TRUE(child) << child.error().message;
  pair->second.reset();
  auto text = read_all(pair->first.get());
  EXPECT_TRUE(wait_for(io, *child).success());
  return text;
}

TEST(Child, ReportsTheExitCode) {
  boost::asio::io_context io;
  auto child = Child::spawn(io.get_executor(), shell("exit 7"));
  ASSERT_TRUE(child);
  EXPECT_EQ(wait_for(io, *child), (ExitStatus{false, 7}));
  EXPECT_EQ(wait_for(io, *child), (ExitStatus{false, 7}));
  EXPECT_EQ(describe(*child->poll()), "exit code 7");
}

TEST(Child, KillAndTerminateEndIt) {
  boost::asio::io_context io;
  for (const int number : {SIGKILL, SIGTERM}) {
    auto child = Child::spawn(io.get_executor(), {.executable = "/bin/sleep", .arguments = {"1000"}});
    ASSERT_TRUE(child);
    EXPECT_FALSE(child->poll());
    number == SIGKILL ? child->kill() : child->terminate();
    EXPECT_EQ(wait_for(io, *child), (ExitStatus{true, number}));
    child->kill();
  }
}

TEST(Child, AMissingProgramIsAnError) {
  boost::asio::io_context io;
  const auto child = Child::spawn(io.get_executor(), {.executable = "/nonexistent/program"});
  ASSERT_FALSE(child);
  EXPECT_EQ(child.error().code, Errc::kNotExecutable);
}

TEST(Child, InheritsOneDescriptorAndNoMore) {
  const Fd open_elsewhere(::dup(0));
  ASSERT_TRUE(open_elsewhere);
  // The listing itself opens a descriptor, so it stands among them; `ls` shows it as the highest.
  const auto listing = output_of("exec ls /proc/self/fd >&3");
  EXPECT_EQ(listing, "0\n1\n2\n3\n4\n");
}

TEST(Child, IsTheLeaderOfItsOwnProcessGroup) {
  const auto ids = output_of("echo $$ $(cut -d' ' -f5 /proc/$$/stat) >&3");
  const auto space = ids.find(' ');
  ASSERT_NE(space, std::string::npos);
  EXPECT_EQ(ids.substr(0, space) + "\n", ids.substr(space + 1));
}

TEST(Child, ArgumentsReachItUnchanged) {
  boost::asio::io_context io;
  auto pair = socket_pair();
  ASSERT_TRUE(pair);
  auto options = shell("printf '%s|' \"$@\" >&3", pair->second.get());
  options.arguments.insert(options.arguments.end(), {"zero", "a b", "$(exit)", "", "'\""});
  auto child = Child::spawn(io.get_executor(), options);
  ASSERT_TRUE(child);
  pair->second.reset();
  EXPECT_EQ(read_all(pair->first.get()), "a b|$(exit)||'\"|");
}

TEST(Child, TheDestructorKillsAndReaps) {
  boost::asio::io_context io;
  pid_t pid = 0;
  {
    auto child = Child::spawn(io.get_executor(), {.executable = "/bin/sleep", .arguments = {"1000"}});
    ASSERT_TRUE(child);
    pid = child->pid();
    const Child moved = std::move(*child);
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_EQ(::kill(pid, 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

TEST(Child, DiesWithTheThreadThatSpawnedIt) {
  boost::asio::io_context io;
  std::optional<Child> child;
  std::thread([&] {
    auto spawned = Child::spawn(io.get_executor(), {.executable = "/bin/sleep", .arguments = {"1000"}});
    ASSERT_TRUE(spawned);
    child.emplace(std::move(*spawned));
  }).join();
  ASSERT_TRUE(child);
  EXPECT_EQ(wait_for(io, *child), (ExitStatus{true, SIGKILL}));
}

TEST(Socket, OnlyStreamSocketsAreAdopted) {
  EXPECT_FALSE(adopt_socket(-1));
  EXPECT_FALSE(adopt_socket(1'000'000));
  const Fd null_device(::open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_FALSE(adopt_socket(null_device.get()));
  auto pair = socket_pair();
  ASSERT_TRUE(pair);
  const int fd = pair->first.release();
  const auto adopted = adopt_socket(fd);
  ASSERT_TRUE(adopted);
  EXPECT_EQ(adopted->get(), fd);
}

TEST(Socket, ConnectingNowhereIsAnError) {
  EXPECT_EQ(connect_unix("/nonexistent/socket").error().code, Errc::kNotExecutable);
  EXPECT_EQ(connect_unix("").error().code, Errc::kSystem);
  EXPECT_EQ(connect_unix(std::string(108, 'x')).error().code, Errc::kSystem);
}

}  // namespace
}  // namespace antiphon::process
