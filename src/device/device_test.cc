#include "device/device.h"

#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "device/gpu.h"

namespace antiphon::device {
namespace {

/// As fake_nvml.cc has it.
struct FakeState {
  unsigned long long total;
  unsigned long long used;
  unsigned int pid;
  unsigned long long pid_used;
  int memory_status;
  int users;
};

class GpuTest : public testing::Test {
 protected:
  void SetUp() override {
    library_ = ::dlopen(ANTIPHON_FAKE_NVML, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library_, nullptr);
    fake_ = static_cast<FakeState*>(reinterpret_cast<void* (*)()>(::dlsym(library_, "fake_nvml_state"))());
    *fake_ = {.total = 80ULL << 30U,
              .used = 8ULL << 30U,
              .pid = 4711,
              .pid_used = 1ULL << 30U,
              .memory_status = 0,
              .users = 0};
  }
  void TearDown() override { ::dlclose(library_); }

  void* library_ = nullptr;
  FakeState* fake_ = nullptr;
};

TEST_F(GpuTest, TellsItsMemoryAndThatOfAProcess) {
  const auto gpu = Gpu::open(0, ANTIPHON_FAKE_NVML);
  ASSERT_TRUE(gpu) << gpu.error();
  EXPECT_EQ(gpu->name(), "Fake GPU");
  EXPECT_EQ(*gpu->memory(), (Memory{.total = 80ULL << 30U, .used = 8ULL << 30U}));
  fake_->used = 79ULL << 30U;
  EXPECT_EQ(gpu->memory()->used, 79ULL << 30U) << "it is read each time";
  EXPECT_EQ(gpu->memory_of(4711).value(), 2ULL << 30U) << "of more processes than were asked for, in two contexts";
  EXPECT_EQ(gpu->memory_of(4712).value(), 0U);
  fake_->pid_used = ~0ULL;
  EXPECT_FALSE(gpu->memory_of(4711).value().has_value()) << "the driver does not say";
}

TEST(Gpu, ADeviceBeyondItsShareIsFullAndSaysHowFull) {
  constexpr std::uint64_t kGibi = 1ULL << 30U;
  EXPECT_EQ(why_full({.total = 10 * kGibi, .used = 9 * kGibi}, 0.9), std::nullopt);
  const auto words = why_full({.total = 10 * kGibi, .used = 9 * kGibi + 1}, 0.9);
  ASSERT_TRUE(words);
  EXPECT_NE(words->find("the device's memory is full: 9216 of 10240 MiB"), std::string::npos) << *words;
  EXPECT_EQ(why_full({}, 0.9), std::nullopt) << "what is not known is not full";
}

TEST_F(GpuTest, WhatFailsIsSaid) {
  EXPECT_EQ(Gpu::open(1, ANTIPHON_FAKE_NVML).error(), "cuda:1: Invalid Argument");
  EXPECT_TRUE(Gpu::open(0, "/nowhere/libnvidia-ml.so").error().starts_with("no NVML: "));
  EXPECT_NE(Gpu::open(0, "libm.so.6").error().find("lacks a function"), std::string::npos);
  const auto gpu = Gpu::open(0, ANTIPHON_FAKE_NVML);
  ASSERT_TRUE(gpu);
  fake_->memory_status = 999;
  EXPECT_EQ(gpu->memory().error(), "memory: Unknown Error");
}

TEST_F(GpuTest, LetsTheLibraryGo) {
  {
    auto gpu = Gpu::open(0, ANTIPHON_FAKE_NVML);
    ASSERT_TRUE(gpu);
    EXPECT_EQ(fake_->users, 1);
    const Gpu moved = std::move(*gpu);
    EXPECT_EQ(fake_->users, 1);
  }
  EXPECT_EQ(fake_->users, 0);
  static_cast<void>(Gpu::open(1, ANTIPHON_FAKE_NVML));
  EXPECT_EQ(fake_->users, 0);
}

TEST(Device, NamesAreRead) {
  EXPECT_EQ(parse_device("cpu"), Device{});
  EXPECT_EQ(parse_device("cuda:3"), (Device{.kind = Kind::kCuda, .index = 3}));
  for (const auto* const name : {"", "cuda", "cuda:", "cuda:-1", "cuda:1x", "cuda:1024", "CPU", "rocm:0"}) {
    EXPECT_EQ(parse_device(name), std::nullopt) << name;
  }
  EXPECT_EQ(name_of({.kind = Kind::kCuda, .index = 3}), "cuda:3");
  EXPECT_EQ(name_of({}), "cpu");
}

TEST(Device, TheFilesOfCudaDevicesAreFoundByName) {
  const auto folder = std::filesystem::path(testing::TempDir()) / ("device_test_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "nvidia-caps");
  for (const auto* const name : {"nvidiactl", "nvidia0", "null"}) std::ofstream(folder / name) << "";
  EXPECT_EQ(cuda_files(folder),
            (std::vector<std::filesystem::path>{folder / "nvidia-caps", folder / "nvidia0", folder / "nvidiactl"}));
  EXPECT_TRUE(cuda_files(folder / "none").empty());
  std::filesystem::remove_all(folder);
}

TEST(Device, CoresAreThoseThatTheProcessMayUse) {
  EXPECT_GE(usable_cores(), 1U);
  cpu_set_t before;
  ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
  EXPECT_LE(usable_cores(), static_cast<std::uint32_t>(CPU_COUNT(&before)));
  cpu_set_t one;
  CPU_ZERO(&one);
  for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++cpu) {
    if (CPU_ISSET(cpu, &before)) CPU_SET(cpu, &one);
  }
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
  EXPECT_EQ(usable_cores(), 1U);
  ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

TEST(Device, AQuotaIsAShareOfAPeriod) {
  EXPECT_EQ(parse_cpu_quota("150000 100000"), 1.5);
  EXPECT_EQ(parse_cpu_quota("50000 100000\n"), 0.5);
  for (const auto* const text : {"max 100000", "", "1", "0 100000", "1 0", "1 x"}) {
    EXPECT_EQ(parse_cpu_quota(text), std::nullopt) << text;
  }
}

/// A machine's files about control groups.
class QuotaTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = std::filesystem::path(testing::TempDir()) / ("quota_test_" + std::to_string(::getpid()));
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  void put(const std::string& path, const std::string& text) const {
    std::filesystem::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << text << '\n';
  }
  void mount_two(const std::string& root, const std::string& place = "/sys/fs/cgroup") const {
    put("proc/self/mountinfo", "22 1 0:20 / /proc rw - proc proc rw\n30 23 0:26 " + root + " " + place +
                                   " rw,nosuid shared:4 - cgroup2 cgroup rw,nsdelegate");
  }
  void mount_one(const std::string& root) const {
    put("proc/self/mountinfo",
        "33 30 0:29 " + root + " /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n34 30 0:30 " +
            root + " /sys/fs/cgroup/cpuset rw shared:9 - cgroup cgroup rw,cpuset");
  }

  std::filesystem::path root_;
};

TEST_F(QuotaTest, OfNestedGroupsTheLeastCounts) {
  mount_two("/");
  put("proc/self/cgroup", "0::/system.slice/antiphon.service");
  put("sys/fs/cgroup/system.slice/antiphon.service/cpu.max", "max 100000");
  EXPECT_EQ(cpu_quota(root_), std::nullopt);
  put("sys/fs/cgroup/system.slice/cpu.max", "150000 100000");
  EXPECT_EQ(cpu_quota(root_), 1.5) << "of a group above";
  put("sys/fs/cgroup/system.slice/antiphon.service/cpu.max", "50000 100000");
  EXPECT_EQ(cpu_quota(root_), 0.5);
  put("sys/fs/cgroup/system.slice/antiphon.service/cpu.max", "400000 100000");
  EXPECT_EQ(cpu_quota(root_), 1.5);
}

TEST_F(QuotaTest, InAContainerTheGroupIsTheRoot) {
  put("proc/self/cgroup", "0::/");
  mount_two("/");
  put("sys/fs/cgroup/cpu.max", "200000 100000");
  EXPECT_EQ(cpu_quota(root_), 2.0);
  put("proc/self/cgroup", "0::/docker/0123");
  mount_two("/docker/0123");
  EXPECT_EQ(cpu_quota(root_), 2.0) << "without a name space of its own";
  put("proc/self/cgroup", "0::/../../user.slice");
  EXPECT_EQ(cpu_quota(root_), 2.0) << "beside what is mounted";
  put("proc/self/cgroup", "0::/docker/0123/child");
  put("sys/fs/cgroup/child/cpu.max", "100000 100000");
  EXPECT_EQ(cpu_quota(root_), 1.0);
}

TEST_F(QuotaTest, OfVersionOneCountsToo) {
  mount_one("/");
  put("proc/self/cgroup", "5:cpuset:/a\n4:cpu,cpuacct:/a/b\n0::/");
  EXPECT_EQ(cpu_quota(root_), std::nullopt);
  put("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us", "-1");
  put("sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cpu_quota(root_), std::nullopt);
  put("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us", "100000");
  put("sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cpu_quota(root_), 1.0);
  mount_one("/a/b");
  EXPECT_EQ(cpu_quota(root_), std::nullopt) << "what is above cannot be seen";
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "250000");
  put("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000");
  EXPECT_EQ(cpu_quota(root_), 2.5);
}

TEST_F(QuotaTest, PlacesWithBlanksAndLinesThatSayNothingAreRead) {
  EXPECT_EQ(cpu_quota(root_), std::nullopt) << "without any of these files";
  put("proc/self/cgroup", "nonsense\n0:\n0::/a");
  mount_two("/", "/control\\040groups");
  put("control groups/a/cpu.max", "300000 100000");
  EXPECT_EQ(cpu_quota(root_), 3.0);
  put("proc/self/mountinfo", "\n-\n30 23 0:26 / /x rw -\n30 23 0:26");
  EXPECT_EQ(cpu_quota(root_), std::nullopt);
}

}  // namespace
}  // namespace antiphon::device
