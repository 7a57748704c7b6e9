#include "process/usage.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <ctime>
#include <string>

#include "process/fd.h"

namespace antiphon::process {
namespace {

/// The beginning of a small file of the system; empty when it cannot be read.
std::string read_small(const char* path) {
  const Fd file(::open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return {};
  std::array<char, 4096> bytes{};
  const auto size = ::read(file.get(), bytes.data(), bytes.size());
  return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : std::string();
}

std::string proc_path(pid_t pid, const char* name) { return "/proc/" + std::to_string(pid) + "/" + name; }

/// The number at the beginning of `text`, after blanks.
std::optional<std::uint64_t> number(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end != text.data() ? std::optional(value) : std::nullopt;
}

std::optional<std::uint64_t> kilobytes(std::string_view text, std::string_view name) {
  const auto at = text.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  const auto value = number(text.substr(at + name.size()));
  return value ? std::optional(*value * 1024) : std::nullopt;
}

}  // namespace

std::optional<base::Duration> cpu_time(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) return std::nullopt;
  return std::chrono::seconds(time.tv_sec) + base::Duration(time.tv_nsec);
}

bool is_runnable(pid_t pid) {
  // "pid (name) state ...", where the name may hold anything.
  const auto text = read_small(proc_path(pid, "stat").c_str());
  const auto at = text.rfind(") ");
  return at != std::string::npos && at + 2 < text.size() && text[at + 2] == 'R';
}

std::optional<std::uint64_t> resident_bytes(pid_t pid) {
  const auto text = read_small(proc_path(pid, "statm").c_str());
  const auto blank = text.find(' ');
  if (blank == std::string::npos) return std::nullopt;
  const auto pages = number(std::string_view(text).substr(blank));
  return pages ? std::optional(*pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))) : std::nullopt;
}

std::optional<MachineMemory> parse_meminfo(std::string_view text) {
  const auto total = kilobytes(text, "MemTotal:");
  const auto available = kilobytes(text, "MemAvailable:");
  if (!total || !available || *available > *total) return std::nullopt;
  return MachineMemory{.total = *total, .used = *total - *available};
}

std::optional<MachineMemory> machine_memory() {
  auto memory = parse_meminfo(read_small("/proc/meminfo"));
  const auto limit = number(read_small("/sys/fs/cgroup/memory.max"));
  const auto used = number(read_small("/sys/fs/cgroup/memory.current"));
  if (limit && used && (!memory || *limit - std::min(*limit, *used) < memory->total - memory->used)) {
    memory = MachineMemory{.total = *limit, .used = *used};
  }
  return memory;
}

}  // namespace antiphon::process
