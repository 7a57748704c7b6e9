#include "sandbox/filter.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/prctl.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace antiphon::sandbox {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#else
#error "the sandbox does not know this architecture"
#endif

/// Numbers from here on are those of another calling convention of the same processor.
constexpr std::uint32_t kForeignNumbers = 0x40000000;
constexpr std::uint32_t kErrno = SECCOMP_RET_ERRNO;
/// Flags of open() that write, or make something. O_TMPFILE without the bit of O_DIRECTORY.
constexpr std::uint32_t kWritingFlags = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY);
constexpr std::uint32_t kSetVma = 0x53564d41;  // PR_SET_VMA, which names memory; newer than some headers

constexpr std::array kAllowed = {
    // Memory.
    SYS_mmap,
    SYS_munmap,
    SYS_mremap,
    SYS_mprotect,
    SYS_madvise,
    SYS_brk,
    SYS_mlock,
    SYS_munlock,
    SYS_membarrier,
    SYS_get_mempolicy,
    // Threads and their ends.
    SYS_futex,
    SYS_set_robust_list,
    SYS_get_robust_list,
    SYS_rseq,
    SYS_set_tid_address,
    SYS_gettid,
    SYS_getpid,
    SYS_getppid,
    SYS_exit,
    SYS_exit_group,
    SYS_sched_yield,
    SYS_sched_getaffinity,
    SYS_sched_setaffinity,
    SYS_sched_getparam,
    SYS_sched_getscheduler,
    SYS_getcpu,
    SYS_restart_syscall,
    // Time.
    SYS_clock_gettime,
    SYS_clock_getres,
    SYS_clock_nanosleep,
    SYS_nanosleep,
    SYS_gettimeofday,
    // Reading files.
    SYS_read,
    SYS_readv,
    SYS_pread64,
    SYS_preadv,
    SYS_lseek,
    SYS_close,
    SYS_fstat,
    SYS_newfstatat,
    SYS_statx,
    SYS_statfs,
    SYS_fstatfs,
    SYS_getdents64,
    SYS_readlinkat,
    SYS_faccessat,
    SYS_faccessat2,
    SYS_getcwd,
    SYS_fcntl,
    SYS_dup,
    SYS_dup3,
    SYS_fadvise64,
    // The socket that it has, and standard error.
    SYS_write,
    SYS_writev,
    SYS_recvfrom,
    SYS_recvmsg,
    SYS_sendto,
    SYS_sendmsg,
    SYS_shutdown,
    SYS_ppoll,
    SYS_pselect6,
    SYS_getsockopt,
    SYS_getsockname,
    // Signals of its own.
    SYS_rt_sigaction,
    SYS_rt_sigprocmask,
    SYS_rt_sigreturn,
    SYS_sigaltstack,
    SYS_rt_sigtimedwait,
    // What it may know.
    SYS_uname,
    SYS_getrandom,
    SYS_sysinfo,
    SYS_getrusage,
    SYS_getrlimit,
    SYS_getuid,
    SYS_geteuid,
    SYS_getgid,
    SYS_getegid,
    SYS_times,
#if defined(__x86_64__)
    SYS_arch_prctl,
    SYS_stat,
    SYS_lstat,
    SYS_access,
    SYS_readlink,
    SYS_poll,
    SYS_select,
    SYS_time,
    SYS_dup2,
#endif
};

/// What drivers of devices need besides: control, and ways to wait for them.
constexpr std::array kForDevices = {
    SYS_eventfd2,
    SYS_epoll_create1,
    SYS_epoll_ctl,
    SYS_epoll_pwait,
    SYS_pipe2,
    SYS_mincore,
    SYS_mlock2,
    SYS_mbind,
    SYS_set_mempolicy,
    SYS_sched_setscheduler,
    SYS_getpriority,
    SYS_sched_get_priority_min,
    SYS_sched_get_priority_max,
#if defined(__x86_64__)
    SYS_epoll_wait,
#endif
};

constexpr std::array kFatal = {
    SYS_socket,
    SYS_socketpair,
    SYS_connect,
    SYS_bind,
    SYS_listen,
    SYS_accept,
    SYS_accept4,
    SYS_execve,
    SYS_execveat,
    SYS_ptrace,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_unlinkat,
    SYS_renameat2,
    SYS_mkdirat,
    SYS_linkat,
    SYS_symlinkat,
    SYS_fchmodat,
    SYS_fchownat,
    SYS_truncate,
    SYS_mount,
    SYS_bpf,
    SYS_io_uring_setup,
#if defined(__x86_64__)
    SYS_fork,
    SYS_vfork,
    SYS_creat,
    SYS_unlink,
    SYS_rename,
    SYS_mkdir,
    SYS_rmdir,
    SYS_link,
    SYS_symlink,
    SYS_chmod,
    SYS_chown,
#endif
};

/// Of a system call.
struct Argument {
  unsigned place = 0;  ///< Counted from 0.
  std::uint32_t value = 0;
};

/// Builds the program, one system call after the other. Each begins with the call's number in the accumulator.
class Assembler {
 public:
  Assembler() {
    load(offsetof(seccomp_data, arch));
    jump(BPF_JEQ, kArchitecture, 1, 0);
    end(SECCOMP_RET_KILL_PROCESS);
    load(offsetof(seccomp_data, nr));
    jump(BPF_JGE, kForeignNumbers, 0, 1);
    end(SECCOMP_RET_KILL_PROCESS);
  }

  void on(long number, std::uint32_t verdict) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(number), 0, 1);
    end(verdict);
  }

  /// `yes` where none of `bits` is set in the argument's lower half, else `no`.
  void on_clear_bits(long number, unsigned argument, std::uint32_t bits, std::uint32_t yes, std::uint32_t no) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(number), 0, 4);
    load(low(argument));
    jump(BPF_JSET, bits, 1, 0);
    end(yes);
    end(no);
  }

  /// `yes` where the argument's lower half is one of `values`, else `no`.
  template <std::size_t N>
  void on_values(long number, unsigned argument, const std::array<std::uint32_t, N>& values, std::uint32_t yes,
                 std::uint32_t no) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(number), 0, 2 * N + 2);
    load(low(argument));
    for (const auto value : values) {
      jump(BPF_JEQ, value, 0, 1);
      end(yes);
    }
    end(no);
  }

  /// `yes` where the lower half of each of these arguments is this value, else `no`.
  template <std::size_t N>
  void on_arguments(long number, const std::array<Argument, N>& arguments, std::uint32_t yes, std::uint32_t no) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(number), 0, 2 * N + 2);
    for (std::size_t i = 0; i < N; ++i) {
      load(low(arguments.at(i).place));
      jump(BPF_JEQ, arguments.at(i).value, 0, 2 * (N - 1 - i) + 1);
    }
    end(yes);
    end(no);
  }

  /// `yes` where the argument is a null pointer, else `no`.
  void on_null(long number, unsigned argument, std::uint32_t yes, std::uint32_t no) {
    jump(BPF_JEQ, static_cast<std::uint32_t>(number), 0, 6);
    load(low(argument));
    jump(BPF_JEQ, 0, 0, 3);
    load(low(argument) + 4);
    jump(BPF_JEQ, 0, 0, 1);
    end(yes);
    end(no);
  }

  void end(std::uint32_t verdict) { code_.push_back(BPF_STMT(BPF_RET | BPF_K, verdict)); }

  [[nodiscard]] std::vector<sock_filter> take() { return std::move(code_); }

 private:
  static constexpr std::uint32_t low(unsigned argument) {
    return offsetof(seccomp_data, args) + argument * sizeof(std::uint64_t);  // both machines are little-endian
  }
  void load(std::uint32_t offset) { code_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)); }
  void jump(std::uint16_t how, std::uint32_t value, std::size_t if_so, std::size_t if_not) {
    code_.push_back(sock_filter{.code = static_cast<std::uint16_t>(BPF_JMP | how | BPF_K),
                                .jt = static_cast<std::uint8_t>(if_so),
                                .jf = static_cast<std::uint8_t>(if_not),
                                .k = value});
  }

  std::vector<sock_filter> code_;
};

}  // namespace

std::vector<sock_filter> make_filter(std::uint32_t self, Devices devices) {
  constexpr auto kAllow = SECCOMP_RET_ALLOW;
  constexpr auto kRefuse = kErrno | EPERM;
  const bool has_devices = devices == Devices::kSome;
  const auto kill = has_devices ? kRefuse : SECCOMP_RET_KILL_PROCESS;
  const auto forbidden_flags = has_devices ? kWritingFlags & ~std::uint32_t{O_WRONLY | O_RDWR} : kWritingFlags;
  Assembler program;
  for (const auto number : kAllowed) program.on(number, kAllow);
  if (has_devices) {
    for (const auto number : kForDevices) program.on(number, kAllow);
  }
  program.on_clear_bits(SYS_openat, 2, forbidden_flags, kAllow, kill);
#if defined(__x86_64__)
  program.on_clear_bits(SYS_open, 1, forbidden_flags, kAllow, kill);
#endif
  program.on(SYS_openat2, kErrno | ENOSYS);
  // clone() for a thread has the flag, for a process it has not; clone3() hides its flags in memory.
  program.on_clear_bits(SYS_clone, 0, CLONE_THREAD, kill, kAllow);
  program.on(SYS_clone3, kErrno | ENOSYS);
  program.on_null(SYS_prlimit64, 2, kAllow, kRefuse);
  if (has_devices) {
    // Drivers have requests of their own; but nothing is typed into the terminal that standard error may be.
    program.on_values(SYS_ioctl, 1, std::array<std::uint32_t, 2>{TIOCSTI, TIOCLINUX}, kRefuse, kAllow);
    // CUDA keeps a socket on which it would pass memory to processes that ask for it, and does not begin without it. As
    // nothing may connect or accept, nothing comes of it.
    constexpr auto kSequenced = std::uint32_t{SOCK_SEQPACKET} | std::uint32_t{SOCK_CLOEXEC};
    program.on_arguments(SYS_socket, std::array<Argument, 3>{{{0, AF_UNIX}, {1, kSequenced}, {2, 0}}}, kAllow, kRefuse);
    program.on(SYS_bind, kAllow);
    program.on(SYS_listen, kAllow);
    // Before that it removes the file of the socket, which has none, and takes this for the only reason not to.
    program.on(SYS_unlinkat, kErrno | ENOENT);
#if defined(__x86_64__)
    program.on(SYS_unlink, kErrno | ENOENT);
#endif
  } else {
    program.on_values(SYS_ioctl, 1, std::array<std::uint32_t, 2>{TCGETS, FIONREAD}, kAllow, kRefuse);
  }
  program.on_values(SYS_prctl, 0, std::array<std::uint32_t, 3>{PR_SET_NAME, PR_GET_NAME, kSetVma}, kAllow, kRefuse);
  program.on_values(SYS_tgkill, 0, std::array<std::uint32_t, 1>{self}, kAllow, kRefuse);
  for (const auto number : kFatal) program.on(number, kill);
  program.end(kRefuse);
  return program.take();
}

int install_filter(const std::vector<sock_filter>& filter) {
  std::vector<sock_filter> code = filter;  // the kernel's interface has no const
  const sock_fprog program{.len = static_cast<unsigned short>(code.size()), .filter = code.data()};
  return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0 ? 0 : errno;
}

}  // namespace antiphon::sandbox
