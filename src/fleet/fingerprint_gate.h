#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/units.h"

namespace antiphon::fleet {

/// Sees to it that all workers that take jobs compute the same bytes. A worker tells its execution fingerprint; the one
/// that holds is that of the local workers, and a remote worker with another one is refused. Remote workers that are
/// ready before a local worker has told its fingerprint are held back. Where no local worker will tell one, the first
/// remote worker decides. Pure: it returns what is to be done. Not thread-safe.
class FingerprintGate {
 public:
  enum class ActionKind : std::uint8_t {
    kChanged,  ///< Workers compute other bytes from now on: streams that are under way cannot go on.
    kRefuse,   ///< The remote worker would compute other bytes, and is to be sent away. The gate has forgotten it.
    kHold,     ///< The remote worker is ready, and waits until it is known which fingerprint holds.
    kAdmit,    ///< The remote worker takes jobs from now on.
  };
  struct Action {
    ActionKind kind = ActionKind::kChanged;
    base::WorkerId worker{};    ///< Not for kChanged.
    std::string fingerprint{};  ///< Fingerprint of the refused worker.
    friend bool operator==(const Action&, const Action&) = default;
  };
  using Actions = std::vector<Action>;

  /// What decides whether remote workers may choose the fingerprint.
  struct Situation {
    bool no_local_workers = false;  ///< There are none and will be none, so that none tells its fingerprint.
    bool speaking = false;          ///< Streams are under way that workers have begun.
  };

  /// A local worker has told its fingerprint, which holds from now on.
  [[nodiscard]] Actions local_told(const std::string& fingerprint);
  /// A remote worker has told its fingerprint. Call it once for each worker.
  [[nodiscard]] Actions remote_told(base::WorkerId worker, const std::string& fingerprint, const Situation& situation);
  /// A remote worker that has told its fingerprint and was not refused has loaded its voices. Returns kHold or kAdmit.
  [[nodiscard]] Actions remote_loaded(base::WorkerId worker);
  /// Call it when the situation may have changed.
  [[nodiscard]] Actions update(const Situation& situation);
  /// The remote worker is gone or on its way out. A worker that is not known is ignored.
  void left(base::WorkerId worker);

  /// The fingerprint that holds; "": none does yet.
  [[nodiscard]] const std::string& current() const { return current_; }

 private:
  struct Member {
    base::WorkerId worker;
    std::string fingerprint;
    bool held = false;
  };

  void settle(const std::string& fingerprint, Actions& actions);

  std::string current_;
  bool is_local_ = false;        ///< A local worker has told current_.
  std::vector<Member> members_;  ///< The remote workers that have told theirs, in that order.
};

}  // namespace antiphon::fleet
