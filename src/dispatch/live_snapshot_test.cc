#include "dispatch/live_snapshot.h"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

namespace antiphon::dispatch {
namespace {

using namespace std::chrono_literals;

nlohmann::json data_of(const std::string& event) {
  constexpr std::string_view kBegin = "event: snapshot\ndata: ";
  EXPECT_TRUE(event.starts_with(kBegin)) << event;
  EXPECT_TRUE(event.ends_with("\n\n"));
  return nlohmann::json::parse(event.substr(kBegin.size()));
}

TEST(LiveSnapshot, SaysWhatItWasGiven) {
  const base::TimePoint start(1h);
  const LiveStreams live{.streams = {{.id = {7},
                                      .user = 0xBEEF,
                                      .voice = "tone",
                                      .state = LiveStream::State::kStarted,
                                      .buffer = 1200ms,
                                      .rendered = 3400ms,
                                      .delivered = 2200ms,
                                      .worker = base::WorkerId{3},
                                      .age = 1900ms}},
                         .total = 30,
                         .load = {.promised = 0.82, .streams = 30, .waiting = 2, .degradation = 1}};
  const std::array jobs = {LiveJob{.stream = {7},
                                   .worker = {3},
                                   .kind = scheduler::JobKind::kRender,
                                   .begin = start + 12s,
                                   .duration = 40ms,
                                   .audio = 1s}};
  const std::array refusals = {LiveRefusal{.at = start + 12100ms, .reason = "capacity", .retry_after = 4s}};
  EXPECT_EQ(data_of(streams_event(live, jobs, refusals, start, start + 12250ms)), nlohmann::json::parse(R"({
    "time_s": 12.25,
    "streams": [{"id": "7", "user": "0000beef", "voice": "tone", "state": "started", "buffer_s": 1.2, "rendered_s": 3.4,
                 "delivered_s": 2.2, "worker": 3, "age_s": 1.9}],
    "streams_total": 30,
    "grains": [{"worker": 3, "stream": "7", "kind": "chunk", "begin_s": 12.0, "duration_s": 0.04, "audio_s": 1.0}],
    "load": {"promised": 0.82, "limit": 1.0, "streams": 30, "waiting": 2, "degradation": 1},
    "refusals": [{"time_s": 12.1, "reason": "capacity", "retry_after_s": 4.0}]})"));
}

TEST(LiveSnapshot, SaysOfAWorkerWhereItRunsAndWhatItDoes) {
  using worker_pool::SlotState;
  const std::array workers = {LiveWorker{.id = {1},
                                         .state = SlotState::kActive,
                                         .queue = 1,
                                         .memory = 130,
                                         .voices = {"tone"},
                                         .job = base::StreamId{7},
                                         .jobs_done = 812,
                                         .pid = 4242},
                              LiveWorker{.id = {2}, .node = "attic", .state = SlotState::kQuarantined}};
  EXPECT_EQ(data_of(workers_event(workers, {}, 1500ms)), nlohmann::json::parse(R"({
    "time_s": 1.5,
    "workers": [{"id": 1, "kind": "local", "node": "", "state": "busy", "slot_state": "active", "rtf": null,
                 "memory_bytes": 130, "voices": ["tone"], "job": "7", "jobs_done": 812, "pid": 4242},
                {"id": 2, "kind": "remote", "node": "attic", "state": "suspect", "slot_state": "quarantined",
                 "rtf": null, "memory_bytes": null, "voices": [], "job": null, "jobs_done": 0, "pid": null}],
    "cells": []})"));
}

TEST(LiveSnapshot, SaysOfACellWhoseItIsAndWhatRoomItHas) {
  using progress::CellFigures;
  using progress::KnownCell;
  const std::array cells = {
      KnownCell{.name = "attic", .place = KnownCell::Place::kHere, .figures = {.workers = 2, .spare_percent = 100}},
      KnownCell{.name = "cellar",
                .figures = {.phase = CellFigures::Phase::kDraining, .streams = 3, .waiting = 1},
                .age = 1250ms},
      KnownCell{.name = "shed", .figures = {.spare_percent = 73}, .age = 4s, .is_silent = true}};
  EXPECT_EQ(data_of(workers_event({}, cells, 1500ms))["cells"], nlohmann::json::parse(R"([
    {"name": "attic", "own": true, "state": "serving", "workers": 2, "streams": 0, "waiting": 0, "spare": 1.0,
     "age_s": 0.0},
    {"name": "cellar", "own": false, "state": "draining", "workers": 0, "streams": 3, "waiting": 1, "spare": 0.0,
     "age_s": 1.25},
    {"name": "shed", "own": false, "state": "silent", "workers": 0, "streams": 0, "waiting": 0, "spare": 0.73,
     "age_s": 4.0}])"));
}

TEST(LiveSnapshot, TheCostOfAWorkerIsThatOfTheAudioItRenderedLast) {
  RecentCost cost;
  std::array worker = {LiveWorker{.id = {1}}};
  const auto after = [&](base::Duration rendered, base::Duration busy) {
    worker[0].rendered = rendered;
    worker[0].busy = busy;
    cost.observe(worker);
    return worker[0].rtf;
  };
  EXPECT_EQ(after(0s, 0s), std::nullopt);
  EXPECT_EQ(after(10s, 1s), 0.1);
  EXPECT_EQ(after(12s, 2s), 0.1) << "too little to judge by";
  EXPECT_EQ(after(20s, 6s), 0.5);
  cost.observe({});
  EXPECT_EQ(after(20s, 6s), 0.3) << "a worker that had gone is a new one";
}

}  // namespace
}  // namespace antiphon::dispatch
