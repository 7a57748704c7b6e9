#include "worker/harden.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "runtime/log.h"

namespace antiphon::worker {
namespace {

/// Of 1000: chosen before the gateway, after programs that asked to be first.
constexpr int kOomScore = 500;

void control(int option, unsigned long value, const char* name) {
  if (::prctl(option, value, 0UL, 0UL, 0UL) != 0) {
    runtime::log_warn("hardening_refused", {{"what", name}, {"errno", errno}});
  }
}

}  // namespace

void harden(Parent parent) {
  if (::prctl(PR_SET_NAME, "antiphon-worker") != 0) runtime::log_warn("hardening_refused", {{"what", "name"}});
  // The gateway ties its children to itself before exec; this repeats it for a program that changed its privileges.
  if (parent == Parent::kGateway) control(PR_SET_PDEATHSIG, SIGKILL, "death_signal");
  std::ofstream score("/proc/self/oom_score_adj");
  score << kOomScore << std::flush;
  if (!score) runtime::log_warn("hardening_refused", {{"what", "oom_score_adj"}});
}

void confine(const sandbox::Options& options) {
  const auto now = sandbox::confine(options);
  for (const auto& reason : now.missing) runtime::log_warn("sandbox_incomplete", {{"reason", reason}});
  runtime::log_info(
      "sandbox", {{"system_calls", now.system_calls}, {"landlock", now.landlock}, {"user_dropped", now.user_dropped}});
}

}  // namespace antiphon::worker
