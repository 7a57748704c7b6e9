#include "scheduler/applicants.h"

#include <utility>

#include "base/check.h"

namespace antiphon::scheduler {
namespace {

Arrival arrival_of(const Applicant& applicant) { return {.number = applicant.number, .stream = applicant.spec.id}; }

}  // namespace

void Applicants::add(Applicant applicant, base::Duration start_cost) {
  applicant.number = ++arrivals_;
  queue_.add(member_of(applicant.spec), arrival_of(applicant), start_cost, applicant.spec.weight);
  const auto id = applicant.spec.id;
  ANTIPHON_CHECK(waiting_.emplace(id, std::move(applicant)).second, "stream id is new");
}

void Applicants::admit(base::StreamId stream) {
  const auto it = waiting_.find(stream);
  ANTIPHON_CHECK(it != waiting_.end(), "the stream waits");
  queue_.serve(member_of(it->second.spec), arrival_of(it->second));
  waiting_.erase(it);
}

void Applicants::remove(base::StreamId stream) {
  const auto it = waiting_.find(stream);
  if (it == waiting_.end()) return;
  queue_.remove(member_of(it->second.spec), arrival_of(it->second));
  waiting_.erase(it);
}

std::vector<Applicant*> Applicants::in_order() {
  std::vector<Applicant*> applicants;
  applicants.reserve(waiting_.size());
  for (const auto& arrival : queue_.in_order()) applicants.push_back(&waiting_.at(arrival.stream));
  return applicants;
}

void Applicants::forget(const Accounts& accounts) {
  queue_.forget_unless([&](const Member& member) { return accounts.streams_of_user(member.user) > 0; });
}

}  // namespace antiphon::scheduler
