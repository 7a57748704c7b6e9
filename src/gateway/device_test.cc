#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "device/gpu.h"
#include "dispatch/test_cell.h"
#include "gateway/worker_report.h"

// Workers that compute on a device: batches, and its memory.

namespace antiphon::gateway {
namespace {

using namespace std::chrono_literals;
using worker_pool::SlotState;

class BatchCellTest : public dispatch::CellTest {
 protected:
  static constexpr std::uint32_t kPlaces = 4;

  void batches() { workers_.behaviour.places = kPlaces; }
};

TEST_F(BatchCellTest, AStreamSoundsTheSameInBatchesWithOthersAndAlone) {
  make_cell({}, 1);
  const auto alone = speak_alone(9);
  batches();
  for (const std::uint32_t grains : {0U, 1U, 4U}) {
    run_until_done([this] { return cell_->stop(); });
    make_cell({.fixed_chunk_grains = grains}, 1);
    std::size_t most = 0;
    const auto crowd = open_together(alone);
    for (const auto& [seed, pcm] : alone) {
      const auto look = [&](const dispatch::Pcm&) { most = std::max(most, cell_->scheduler().jobs_in_flight()); };
      EXPECT_EQ(listen(*crowd.at(seed), look), pcm) << "seed " << seed << ", " << grains << " grains a chunk";
    }
    EXPECT_EQ(cell_->scheduler().places(), kPlaces);
    EXPECT_GT(most, 1U) << "the one worker had several jobs under way";
    EXPECT_LE(most, kPlaces);
  }
}

TEST_F(BatchCellTest, AWorkerKilledWithSeveralJobsUnderWayIsReplacedAndNobodyHearsIt) {
  batches();
  make_cell({}, 1);
  const auto alone = speak_alone(4);
  const auto crowd = open_together(alone);
  int pieces = 0;
  for (const auto& [seed, pcm] : alone) {
    const auto kill_once = [&](const dispatch::Pcm&) {
      if (pieces++ == 2) active_worker()->die();
    };
    EXPECT_EQ(listen(*crowd.at(seed), kill_once), pcm) << seed;
    EXPECT_EQ(crowd.at(seed)->end(), dispatch::SpeechStream::End::kComplete);
  }
  EXPECT_EQ(deaths(worker_pool::Death::kExited), 1U);
}

TEST_F(BatchCellTest, AGrainThatEndsWorkersEndsItsOwnStreamAndNoneOfItsCompany) {
  batches();
  add_voice("pair", {"sound", "deadly"});
  make_cell({}, 1);
  const auto alone = speak_alone(3);
  const auto crowd = open_together(alone);
  ASSERT_TRUE(run_while_not([&] { return crowd.at(0)->waiting().value > 0; }));
  auto asked = spec(dispatch::kLong, 9);
  asked.voice_id = "pair";
  asked.speaker = 1;
  const auto deadly = cell_->open(asked);
  EXPECT_TRUE(listen(*deadly).empty());
  EXPECT_EQ(deadly->error().code, protocol::Errc::kWorkerLost);
  for (const auto& [seed, pcm] : alone) {
    EXPECT_EQ(listen(*crowd.at(seed)), pcm) << seed;
    EXPECT_EQ(crowd.at(seed)->end(), dispatch::SpeechStream::End::kComplete) << seed;
  }
  EXPECT_EQ(deaths(worker_pool::Death::kExited), 2U);
}

/// As device/fake_nvml.cc has it.
struct FakeState {
  unsigned long long total;
  unsigned long long used;
  unsigned int pid;
  unsigned long long pid_used;
};

class DeviceCellTest : public dispatch::CellTest {
 protected:
  void SetUp() override {
    dispatch::CellTest::SetUp();
    library_ = ::dlopen(ANTIPHON_FAKE_NVML, RTLD_NOW | RTLD_LOCAL);
    ASSERT_NE(library_, nullptr);
    fake_ = static_cast<FakeState*>(reinterpret_cast<void* (*)()>(::dlsym(library_, "fake_nvml_state"))());
    *fake_ = {.total = 1000, .used = 100, .pid = 0, .pid_used = 0};
    device_ = device::Gpu::open(0, ANTIPHON_FAKE_NVML).value();
    gpu_ = &*device_;
  }
  void TearDown() override {
    dispatch::CellTest::TearDown();
    gpu_ = nullptr;
    device_.reset();
    if (library_ != nullptr) ::dlclose(library_);
  }

  [[nodiscard]] nlohmann::json report() const { return nlohmann::json::parse(worker_report(cell_->fleet())); }

  void* library_ = nullptr;
  FakeState* fake_ = nullptr;
  std::optional<device::Gpu> device_;
};

TEST_F(DeviceCellTest, AFullDeviceKeepsThePoolFromGrowing) {
  fake_->used = 901;
  make_cell({}, {.least = 1, .most = 2});
  ASSERT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; })) << "one there must be";
  {
    const auto stream = cell_->open(spec(dispatch::kLong));
    EXPECT_FALSE(listen(*stream).empty());
  }
  EXPECT_EQ(in_state(SlotState::kSpare) + in_state(SlotState::kStarting), 0U) << "but no spare";
  fake_->used = 100;
  EXPECT_TRUE(run_while_not([&] { return in_state(SlotState::kSpare) == 1; })) << "until there is room";
}

TEST_F(DeviceCellTest, AFullDeviceTakesNoVoiceBesideOthers) {
  add_voice("second");
  make_cell({}, 1);
  ASSERT_TRUE(run_while_not([&] { return cell_->ready_workers() == 1; }));
  fake_->used = 901;
  ASSERT_TRUE(run_while_not([&] { return cell_->fleet().device_full(); }));
  auto other = spec("The voice that nobody has spoken with.");
  other.voice_id = "second";
  {
    const auto refused = cell_->open(other);
    EXPECT_EQ(refused->end(), dispatch::SpeechStream::End::kFailed);
    EXPECT_EQ(refused->error().code, protocol::Errc::kBusy);
    EXPECT_NE(refused->error().message.find("device's memory is full: 'second'"), std::string::npos);
    EXPECT_GT(refused->error().retry_after, 1s);
    const auto spoken = cell_->open(spec("The voice that is there."));
    EXPECT_FALSE(listen(*spoken).empty());
  }
  EXPECT_NE(registry_.text().find(R"(antiphon_refusals_total{reason="device_memory"} 1)"), std::string::npos);
  fake_->used = 899;
  ASSERT_TRUE(run_while_not([&] { return !cell_->fleet().device_full(); }));
  const auto taken = cell_->open(other);
  EXPECT_FALSE(listen(*taken).empty());
  EXPECT_EQ(report().at("workers").at(0).at("voices"), (nlohmann::json{"tone", "second"}));
}

TEST_F(DeviceCellTest, ARefusalNamesTheLimitThatItMetAndReportsTellWhatIsHeld) {
  scheduler::Options little;
  little.utilisation = 0.1;
  make_cell(little, {.least = 1, .most = 2, .spare = worker_pool::Spare::kOff});
  ASSERT_TRUE(run_while_not([&] { return in_state(SlotState::kActive) == 1; }));
  fake_->pid = static_cast<unsigned>(active_pid());
  fake_->pid_used = 150;
  fake_->used = 950;
  ASSERT_TRUE(run_while_not([&] { return cell_->fleet().device_full(); }));
  const auto now = report();
  EXPECT_EQ(
      now.at("device"),
      (nlohmann::json{{"name", "Fake GPU"}, {"memory_total_bytes", 1000}, {"memory_used_bytes", 950}, {"full", true}}));
  EXPECT_EQ(now.at("workers").at(0).at("device_bytes"), 300) << "in two contexts";
  std::vector<dispatch::Cell::Handle> crowd;
  std::string words;
  EXPECT_TRUE(run_while_not([&] {
    auto asked = spec(dispatch::kLong, crowd.size());
    asked.wait = 0s;
    crowd.push_back(cell_->open(asked));
    if (crowd.back()->end() == dispatch::SpeechStream::End::kFailed) words = crowd.back()->error().message;
    return words.contains("the device's memory has no room");
  })) << words;
  EXPECT_EQ(report().at("limit"), "device_memory");
}

}  // namespace
}  // namespace antiphon::gateway
