#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "scheduler/admission.h"

namespace antiphon::scheduler {

using namespace std::chrono_literals;  // NOLINT(google-global-names-in-headers): of tests alone

inline constexpr base::TimePoint kNow{1h};

/// A desk before one worker on which streams never progress: what is admitted stays.
class AdmissionTest : public testing::Test {
 protected:
  void with(const Options& options, std::uint32_t workers = 1) {
    scheduler_.emplace(options);
    desk_.emplace(*scheduler_);
    for (std::uint32_t i = 1; i <= workers; ++i) scheduler_->add_worker(base::WorkerId{i});
  }

  StreamSpec stream(std::uint64_t user, base::Duration length = 20s) {
    return {.id = base::StreamId{++last_}, .user = base::UserId{user}, .voice = VoiceId{1}, .expected = length};
  }
  base::StreamId apply(std::uint64_t user, base::Duration wait = 0s, base::TimePoint now = kNow,
                       base::Duration length = 20s) {
    const auto spec = stream(user, length);
    desk_->apply(spec, wait, now);
    return spec.id;
  }
  Verdict ask(std::uint64_t user, base::Duration wait = 0s, base::TimePoint now = kNow) {
    apply(user, wait, now);
    const auto verdicts = desk_->poll(now);
    EXPECT_EQ(verdicts.size(), 1U);
    return verdicts.empty() ? Verdict{} : verdicts.front();
  }
  base::StreamId apply_of(std::uint64_t account, std::uint64_t user, base::Duration wait) {
    auto spec = stream(user, 2s);
    spec.account = base::UserId{account};
    desk_->apply(spec, wait, kNow);
    return spec.id;
  }
  Verdict ask_of(std::uint64_t account, std::uint64_t user) {
    auto spec = stream(user);
    spec.account = base::UserId{account};
    desk_->apply(spec, 0s, kNow);
    const auto verdicts = desk_->poll(kNow);
    EXPECT_EQ(verdicts.size(), 1U);
    return verdicts.empty() ? Verdict{} : verdicts.front();
  }
  /// Lets different users in until the next is refused; returns how many.
  std::uint64_t fill(base::TimePoint now = kNow) {
    std::uint64_t users = 0;
    while (std::holds_alternative<Admitted>(ask(1000 + users, 0s, now))) ++users;
    return users;
  }
  /// Everything that the first `count` streams had asked for is of no interest any more.
  void end_streams(std::uint64_t first, std::uint64_t count, base::TimePoint now) {
    for (auto id = first; id < first + count; ++id) scheduler_->cancel_stream(base::StreamId{id}, now);
  }

  /// Ends the streams, the oldest first, until nobody waits; returns in which order those who wait are let in.
  std::vector<base::StreamId> admitted_while_streams_end() {
    std::vector<base::StreamId> order;
    for (std::uint64_t id = 1; id <= last_ && desk_->waiting() > 0; ++id) {
      scheduler_->cancel_stream(base::StreamId{id}, kNow + 1s);
      for (const auto& verdict : desk_->poll(kNow + 1s)) order.push_back(std::get<Admitted>(verdict).stream);
    }
    return order;
  }

  std::optional<Scheduler> scheduler_;
  std::optional<AdmissionController> desk_;
  std::uint64_t last_ = 0;
};

inline std::vector<base::StreamId> admitted(const std::vector<Verdict>& verdicts) {
  std::vector<base::StreamId> streams;
  for (const auto& verdict : verdicts) {
    if (const auto* in = std::get_if<Admitted>(&verdict)) streams.push_back(in->stream);
  }
  return streams;
}

inline std::vector<Refused> refused(const std::vector<Verdict>& verdicts) {
  std::vector<Refused> found;
  for (const auto& verdict : verdicts) {
    if (const auto* out = std::get_if<Refused>(&verdict)) found.push_back(*out);
  }
  return found;
}

}  // namespace antiphon::scheduler
