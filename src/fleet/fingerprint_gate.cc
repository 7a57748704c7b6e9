#include "fleet/fingerprint_gate.h"

#include <algorithm>
#include <utility>

#include "base/check.h"

namespace antiphon::fleet {

FingerprintGate::Actions FingerprintGate::local_told(const std::string& fingerprint) {
  is_local_ = true;
  Actions actions;
  settle(fingerprint, actions);
  return actions;
}

FingerprintGate::Actions FingerprintGate::remote_told(base::WorkerId worker, const std::string& fingerprint,
                                                      const Situation& situation) {
  // All are gone that decided it, and no stream is under way that they began.
  if (!is_local_ && members_.empty() && !situation.speaking) current_.clear();
  members_.push_back({.worker = worker, .fingerprint = fingerprint});
  Actions actions;
  if (current_.empty() && !situation.no_local_workers) return actions;
  settle(current_.empty() ? fingerprint : current_, actions);
  return actions;
}

FingerprintGate::Actions FingerprintGate::remote_loaded(base::WorkerId worker) {
  const auto member = std::ranges::find(members_, worker, &Member::worker);
  ANTIPHON_CHECK(member != members_.end(), "a worker tells its fingerprint before it loads voices");
  member->held = current_.empty();
  return {{.kind = member->held ? ActionKind::kHold : ActionKind::kAdmit, .worker = worker}};
}

FingerprintGate::Actions FingerprintGate::update(const Situation& situation) {
  Actions actions;
  if (current_.empty() && !members_.empty() && situation.no_local_workers) {
    settle(std::string(members_.front().fingerprint), actions);
  }
  return actions;
}

void FingerprintGate::left(base::WorkerId worker) {
  std::erase_if(members_, [&](const Member& member) { return member.worker == worker; });
}

void FingerprintGate::settle(const std::string& fingerprint, Actions& actions) {
  if (fingerprint.empty()) return;
  if (!current_.empty() && current_ != fingerprint) actions.push_back({.kind = ActionKind::kChanged});
  current_ = fingerprint;
  for (auto& member : members_) {
    if (member.fingerprint != current_) {
      actions.push_back({.kind = ActionKind::kRefuse, .worker = member.worker, .fingerprint = member.fingerprint});
    } else if (std::exchange(member.held, false)) {
      actions.push_back({.kind = ActionKind::kAdmit, .worker = member.worker});
    }
  }
  std::erase_if(members_, [&](const Member& member) { return member.fingerprint != current_; });
}

}  // namespace antiphon::fleet
