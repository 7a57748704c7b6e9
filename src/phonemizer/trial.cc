#include "phonemizer/trial.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace antiphon::phonemizer {
namespace {

using Clock = std::chrono::steady_clock;

/// What a child says of each case, in one write.
struct Word {
  std::uint64_t number = 0;
  enum class Kind : std::uint64_t { kBegun, kWell, kWrong } kind = Kind::kBegun;
};

void say(int to, Word word) {
  if (::write(to, &word, sizeof word) != static_cast<ssize_t>(sizeof word)) ::_exit(2);
}

[[noreturn]] void be_child(int to, const TrialOptions& options, std::uint64_t from, std::uint64_t end,
                           const std::function<bool(std::uint64_t)>& attempt) {
  for (auto number = from; number < end && Clock::now() < options.until; ++number) {
    say(to, {.number = number, .kind = Word::Kind::kBegun});
    say(to, {.number = number, .kind = attempt(number) ? Word::Kind::kWell : Word::Kind::kWrong});
  }
  ::_exit(0);
}

/// Returns the CPU time that the process has used; zero where that cannot be read.
std::chrono::nanoseconds cpu_time_of(pid_t process) {
  clockid_t clock{};
  timespec used{};
  if (::clock_getcpuclockid(process, &clock) != 0 || ::clock_gettime(clock, &used) != 0) return {};
  return std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
}

/// A case that waits, and does not compute, hangs after so many times its limit.
constexpr int kWaits = 30;

/// Follows one child to its end. Returns the first case that was not begun.
class Watch {
 public:
  Watch(int from, pid_t child, std::chrono::milliseconds limit, TrialReport& report)
      : from_(from), child_(child), limit_(limit), report_(report) {}

  std::uint64_t follow(std::uint64_t next) {
    bool open = false;  // a case is begun and not done
    auto used_before = cpu_time_of(child_);
    auto said = Clock::now();
    while (true) {
      ::pollfd ready{.fd = from_, .events = POLLIN, .revents = 0};
      const auto came = ::poll(&ready, 1, static_cast<int>(limit_.count()));
      if (came < 0 && errno == EINTR) continue;
      const auto used = cpu_time_of(child_);
      if (came == 0 && used - used_before < limit_ && Clock::now() - said < kWaits * limit_) continue;
      Word word;
      if (came > 0 && ::read(from_, &word, sizeof word) == static_cast<ssize_t>(sizeof word)) {
        open = word.kind == Word::Kind::kBegun;
        if (open) next = word.number + 1;
        used_before = used;
        said = Clock::now();
        report_.tried += open ? 0 : 1;
        if (word.kind == Word::Kind::kWrong) report_.wrong.push_back(word.number);
        continue;
      }
      if (came <= 0) ::kill(child_, SIGKILL);
      int status = 0;
      while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
      }
      if (open) (came > 0 ? report_.crashed : report_.hung).push_back(next - 1);
      report_.tried += open ? 1 : 0;
      return next;
    }
  }

 private:
  int from_;
  pid_t child_;
  std::chrono::milliseconds limit_;
  TrialReport& report_;
};

}  // namespace

TrialReport try_in_children(const TrialOptions& options, const std::function<bool(std::uint64_t)>& attempt) {
  TrialReport report;
  const auto end = options.from + options.count;
  for (auto next = options.from; next < end && Clock::now() < options.until;) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    const auto child = ::fork();
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child == 0) {
      ::close(ends[0]);
      be_child(ends[1], options, next, std::min(end, next + options.per_child), attempt);
    }
    ::close(ends[1]);
    const auto begun = next;
    next = Watch(ends[0], child, options.limit, report).follow(next);
    ::close(ends[0]);
    if (next == begun) break;  // the time is over
  }
  return report;
}

}  // namespace antiphon::phonemizer
