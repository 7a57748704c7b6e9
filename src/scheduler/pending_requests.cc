#include "scheduler/pending_requests.h"

#include <utility>

#include "base/check.h"

namespace antiphon::scheduler {
namespace {

Arrival arrival_of(const PendingRequest& pending) { return {.number = pending.number, .stream = pending.spec.id}; }

}  // namespace

void PendingRequests::add(PendingRequest pending, base::Duration start_cost) {
  pending.number = ++arrivals_;
  queue_.add(member_of(pending.spec), arrival_of(pending), start_cost, pending.spec.weight);
  const auto id = pending.spec.id;
  ANTIPHON_CHECK(waiting_.emplace(id, std::move(pending)).second, "stream id is new");
}

void PendingRequests::admit(base::StreamId stream) {
  const auto it = waiting_.find(stream);
  ANTIPHON_CHECK(it != waiting_.end(), "the stream waits");
  queue_.serve(member_of(it->second.spec), arrival_of(it->second));
  waiting_.erase(it);
}

void PendingRequests::remove(base::StreamId stream) {
  const auto it = waiting_.find(stream);
  if (it == waiting_.end()) return;
  queue_.remove(member_of(it->second.spec), arrival_of(it->second));
  waiting_.erase(it);
}

std::vector<PendingRequest*> PendingRequests::in_order() {
  std::vector<PendingRequest*> pending_requests;
  pending_requests.reserve(waiting_.size());
  for (const auto& arrival : queue_.in_order()) pending_requests.push_back(&waiting_.at(arrival.stream));
  return pending_requests;
}

void PendingRequests::forget(const Accounts& accounts) {
  queue_.forget_unless([&](const Member& member) { return accounts.streams_of_user(member.user) > 0; });
}

}  // namespace antiphon::scheduler
