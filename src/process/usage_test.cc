#include "process/usage.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace antiphon::process {
namespace {

using namespace std::chrono_literals;

/// Polls until `condition` holds; false after 30 s.
template <class Condition>
bool eventually(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::yield();
  }
  return true;
}

TEST(Usage, SeesAnotherProcessComputeStopAndGo) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    for (volatile unsigned turns = 0;; turns = turns + 1) {
    }
  }
  ASSERT_GT(pid, 0);
  EXPECT_TRUE(eventually([&] { return cpu_time(pid).value_or(0s) >= 20ms; }));
  EXPECT_TRUE(is_runnable(pid));
  EXPECT_GT(resident_bytes(pid).value_or(0), 4096U);
  ::kill(pid, SIGSTOP);
  EXPECT_TRUE(eventually([&] { return !is_runnable(pid); }));
  const auto stopped_at = cpu_time(pid);
  const auto own = cpu_time(::getpid()).value_or(0s);
  EXPECT_TRUE(eventually([&] { return cpu_time(::getpid()).value_or(0s) >= own + 20ms; }));
  EXPECT_EQ(cpu_time(pid), stopped_at) << "while another one computes";
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
  EXPECT_FALSE(cpu_time(pid));
  EXPECT_FALSE(resident_bytes(pid));
  EXPECT_FALSE(is_runnable(pid));
}

TEST(Usage, ReadsTheMachinesMemory) {
  const auto memory = machine_memory();
  ASSERT_TRUE(memory);
  EXPECT_GT(memory->total, 64U << 20U);
  EXPECT_LE(memory->used, memory->total);
  const auto parsed = parse_meminfo("MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:   400 kB\n");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->total, 1000U * 1024);
  EXPECT_EQ(parsed->used, 600U * 1024);
  EXPECT_FALSE(parse_meminfo("MemTotal: 1000 kB\n"));
  EXPECT_FALSE(parse_meminfo("MemTotal: x\nMemAvailable: 1 kB\n"));
  EXPECT_FALSE(parse_meminfo("MemTotal: 1 kB\nMemAvailable: 2 kB\n"));
}

}  // namespace
}  // namespace antiphon::process
