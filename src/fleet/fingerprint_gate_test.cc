#include "fleet/fingerprint_gate.h"

#include <gtest/gtest.h>

namespace antiphon::fleet {
namespace {

using Kind = FingerprintGate::ActionKind;
using Actions = FingerprintGate::Actions;

constexpr base::WorkerId kA{1};
constexpr base::WorkerId kB{2};
constexpr FingerprintGate::Situation kLocalToCome{};
constexpr FingerprintGate::Situation kAlone{.no_local_workers = true};
constexpr FingerprintGate::Situation kAloneAndSpeaking{.no_local_workers = true, .speaking = true};

Actions refused(base::WorkerId worker, const std::string& fingerprint) {
  return {{.kind = Kind::kRefuse, .worker = worker, .fingerprint = fingerprint}};
}
Actions held(base::WorkerId worker) { return {{.kind = Kind::kHold, .worker = worker}}; }
Actions admitted(base::WorkerId worker) { return {{.kind = Kind::kAdmit, .worker = worker}}; }

TEST(FingerprintGateTest, RemoteWorkersAreHeldUntilALocalOneTellsWhatHolds) {
  FingerprintGate gate;
  EXPECT_EQ(gate.remote_told(kA, "same", kLocalToCome), Actions{});
  EXPECT_EQ(gate.remote_told(kB, "other", kLocalToCome), Actions{});
  EXPECT_EQ(gate.remote_loaded(kA), held(kA));
  EXPECT_EQ(gate.remote_loaded(kB), held(kB));
  EXPECT_EQ(gate.update(kLocalToCome), Actions{});
  EXPECT_EQ(gate.local_told("same"), (Actions{admitted(kA).front(), refused(kB, "other").front()}));
  EXPECT_EQ(gate.current(), "same");
  EXPECT_EQ(gate.local_told("same"), Actions{}) << "each is admitted and refused once";
}

TEST(FingerprintGateTest, AWorkerIsAdmittedOnlyWhenItsVoicesAreLoaded) {
  FingerprintGate gate;
  EXPECT_EQ(gate.remote_told(kA, "same", kLocalToCome), Actions{});
  EXPECT_EQ(gate.local_told("same"), Actions{});
  EXPECT_EQ(gate.remote_loaded(kA), admitted(kA));
}

TEST(FingerprintGateTest, ARemoteWorkerThatDiffersFromTheLocalOnesIsRefusedAtOnce) {
  FingerprintGate gate;
  EXPECT_EQ(gate.local_told("ours"), Actions{});
  EXPECT_EQ(gate.remote_told(kA, "theirs", kLocalToCome), refused(kA, "theirs"));
  EXPECT_EQ(gate.remote_told(kA, "theirs", kAlone), refused(kA, "theirs")) << "also when all local ones are given up";
}

TEST(FingerprintGateTest, WithoutLocalWorkersTheFirstRemoteOneDecides) {
  FingerprintGate gate;
  EXPECT_EQ(gate.remote_told(kA, "theirs", kAlone), Actions{});
  EXPECT_EQ(gate.remote_loaded(kA), admitted(kA));
  EXPECT_EQ(gate.remote_told(kB, "others", kAlone), refused(kB, "others"));
  EXPECT_EQ(gate.current(), "theirs");
}

TEST(FingerprintGateTest, WhenTheLocalWorkersAreGivenUpTheFirstThatWasHeldDecides) {
  FingerprintGate gate;
  EXPECT_EQ(gate.remote_told(kA, "theirs", kLocalToCome), Actions{});
  EXPECT_EQ(gate.remote_told(kB, "others", kLocalToCome), Actions{});
  EXPECT_EQ(gate.remote_loaded(kA), held(kA));
  EXPECT_EQ(gate.update(kAlone), (Actions{admitted(kA).front(), refused(kB, "others").front()}));
  EXPECT_EQ(gate.update(kAlone), Actions{});
}

TEST(FingerprintGateTest, AnotherMayDecideOnceAllAreGoneThatDidAndNoStreamIsUnderWay) {
  FingerprintGate gate;
  EXPECT_EQ(gate.remote_told(kA, "theirs", kAlone), Actions{});
  gate.left(kA);
  EXPECT_EQ(gate.remote_told(kB, "others", kAloneAndSpeaking), refused(kB, "others"));
  EXPECT_EQ(gate.remote_told(kB, "others", kAlone), Actions{});
  EXPECT_EQ(gate.current(), "others");
}

TEST(FingerprintGateTest, WhatALocalWorkerToldHoldsThoughItIsGone) {
  FingerprintGate gate;
  EXPECT_EQ(gate.local_told("ours"), Actions{});
  EXPECT_EQ(gate.remote_told(kA, "theirs", kAlone), refused(kA, "theirs"));
}

TEST(FingerprintGateTest, ALocalWorkerWithAnotherFingerprintChangesTheBytesOfAll) {
  FingerprintGate gate;
  EXPECT_EQ(gate.remote_told(kA, "theirs", kAlone), Actions{});
  EXPECT_EQ(gate.remote_loaded(kA), admitted(kA));
  EXPECT_EQ(gate.local_told("ours"), (Actions{{.kind = Kind::kChanged}, refused(kA, "theirs").front()}));
  EXPECT_EQ(gate.current(), "ours");
}

TEST(FingerprintGateTest, AFingerprintThatIsEmptyNeverHolds) {
  FingerprintGate gate;
  EXPECT_EQ(gate.remote_told(kA, "", kAlone), Actions{});
  EXPECT_EQ(gate.remote_loaded(kA), held(kA));
  EXPECT_EQ(gate.update(kAlone), Actions{});
}

}  // namespace
}  // namespace antiphon::fleet
