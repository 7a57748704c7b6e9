#include "process/child.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>

namespace antiphon::process {
namespace {

constexpr int kFirstFreeFd = kInheritedFd + 1;

/// What the child needs between fork and exec, made beforehand: there only async-signal-safe calls are allowed.
struct Plan {
  const char* executable;
  char* const* argv;
  const SpawnOptions& options;
  pid_t parent;
  int null_device;
  int report;  ///< Write end of a close-on-exec pipe: takes errno when something fails.
};

void close_on_exec_from(int first) {
  if (::syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
  const auto limit = static_cast<int>(::sysconf(_SC_OPEN_MAX));
  for (int fd = first; fd < limit; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

/// Moves the descriptors to their places. `report` may be overwritten by them, so it is moved out of the way first.
bool place_descriptors(const Plan& plan, int& report) {
  report = ::fcntl(plan.report, F_DUPFD_CLOEXEC, kFirstFreeFd);
  const int null_device = ::fcntl(plan.null_device, F_DUPFD_CLOEXEC, kFirstFreeFd);
  if (report < 0 || null_device < 0) return false;
  if (plan.options.inherited == kInheritedFd) {
    if (::fcntl(kInheritedFd, F_SETFD, 0) < 0) return false;
  } else if (plan.options.inherited >= 0) {
    if (::dup2(plan.options.inherited, kInheritedFd) < 0) return false;
  }
  if (::dup2(null_device, 0) < 0) return false;
  if (plan.options.standard_output == Output::kDiscard && ::dup2(null_device, 1) < 0) return false;
  if (plan.options.standard_error == Output::kDiscard && ::dup2(null_device, 2) < 0) return false;
  close_on_exec_from(plan.options.inherited >= 0 ? kFirstFreeFd : kInheritedFd);
  return true;
}

void reset_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::signal(number, SIG_DFL);
}

[[noreturn]] void run_child(const Plan& plan) {
  int report = plan.report;
  // A parent that died before the request is noticed by its changed pid.
  const bool tied = ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && ::getppid() == plan.parent;
  if (tied && ::setpgid(0, 0) == 0 && place_descriptors(plan, report)) {
    reset_signals();
    ::execv(plan.executable, plan.argv);
  }
  const int number = errno;
  [[maybe_unused]] const auto written = ::write(report, &number, sizeof number);
  ::_exit(127);
}

/// Reads what the child reports; 0 = the pipe closed, so exec succeeded.
int read_report(int fd) {
  int number = 0;
  ssize_t n = 0;
  do {
    n = ::read(fd, &number, sizeof number);
  } while (n < 0 && errno == EINTR);
  return n == static_cast<ssize_t>(sizeof number) ? number : 0;
}

ExitStatus status_of(const siginfo_t& info) { return {info.si_code != CLD_EXITED, info.si_status}; }

void reap(pid_t pid) {
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace

std::string describe(const ExitStatus& status) {
  return (status.signalled ? "signal " : "exit code ") + std::to_string(status.value);
}

Result<Child> Child::spawn(const boost::asio::any_io_executor& executor, const SpawnOptions& options) {
  const std::string executable = options.executable.string();
  std::vector<std::string> words = {executable};
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) < 0) return std::unexpected(system_error("pipe", errno));
  const Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  const Fd null_device(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!null_device) return std::unexpected(system_error("/dev/null", errno));

  const Plan plan{executable.c_str(), argv.data(), options, ::getpid(), null_device.get(), write_end.get()};
  const pid_t pid = ::fork();
  if (pid < 0) return std::unexpected(system_error("fork", errno));
  if (pid == 0) run_child(plan);

  Fd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  const int pidfd_error = errno;
  write_end.reset();
  if (!pidfd) ::kill(pid, SIGKILL);
  const int failed = read_report(read_end.get());
  if (!pidfd || failed != 0) {
    reap(pid);
    if (failed != 0) return std::unexpected(system_error("cannot start " + executable, failed));
    return std::unexpected(system_error("pidfd_open", pidfd_error));
  }
  return Child(executor, pid, std::move(pidfd));
}

Child::Child(const boost::asio::any_io_executor& executor, pid_t pid, Fd pidfd)
    : pid_(pid), pidfd_(executor, pidfd.release()) {}

Child& Child::operator=(Child&& other) noexcept {
  if (this != &other) {
    finish();
    pid_ = other.pid_;
    status_ = other.status_;
    pidfd_ = std::move(other.pidfd_);
  }
  return *this;
}

Child::~Child() { finish(); }

void Child::finish() {
  if (!pidfd_.is_open() || status_) return;
  kill();
  siginfo_t info{};
  while (::waitid(P_PIDFD, static_cast<id_t>(pidfd_.native_handle()), &info, WEXITED) < 0 && errno == EINTR) {
  }
  status_ = status_of(info);
}

void Child::signal(int number) {
  if (!status_ && pidfd_.is_open()) ::syscall(SYS_pidfd_send_signal, pidfd_.native_handle(), number, nullptr, 0);
}

std::optional<ExitStatus> Child::poll() {
  if (status_ || !pidfd_.is_open()) return status_;
  siginfo_t info{};
  const int rc = ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.native_handle()), &info, WEXITED | WNOHANG);
  if (rc == 0 && info.si_pid != 0) status_ = status_of(info);
  return status_;
}

boost::asio::awaitable<ExitStatus> Child::wait() {
  while (!poll()) {
    co_await pidfd_.async_wait(boost::asio::posix::descriptor_base::wait_read, boost::asio::use_awaitable);
  }
  co_return *status_;
}

}  // namespace antiphon::process
