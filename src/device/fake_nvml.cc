// A library with the names of NVML's functions, for the tests: one device, whose state the test sets. In a process of
// its own the first line of the file that ANTIPHON_FAKE_NVML_USED names says how many bytes are used, so that several
// processes are several machines.
#include <cstdlib>
#include <cstring>
#include <fstream>

namespace {

constexpr int kSuccess = 0;
constexpr int kInvalid = 2;
constexpr int kInsufficientSize = 7;
constexpr unsigned int kProcesses = 100;

struct State {
  unsigned long long total = 80ULL << 30U;
  unsigned long long used = 8ULL << 30U;
  unsigned int pid = 0;             ///< The last of the processes that use the device.
  unsigned long long pid_used = 0;  ///< Twice: in two contexts.
  int memory_status = 0;
  int users = 0;  ///< Initialisations that were not shut down.
};

State state;

unsigned long long used() {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody sets variables meanwhile.
  const char* const file = std::getenv("ANTIPHON_FAKE_NVML_USED");
  unsigned long long bytes = state.used;
  if (file != nullptr) std::ifstream(file) >> bytes;
  return bytes;
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming): the names are NVIDIA's.
extern "C" {

void* fake_nvml_state() { return &state; }

int nvmlInit_v2() {
  ++state.users;
  return kSuccess;
}
int nvmlShutdown() {
  --state.users;
  return kSuccess;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned int index, void** device) {
  *device = &state;
  return index == 0 ? kSuccess : kInvalid;
}
int nvmlDeviceGetName(void* /*device*/, char* name, unsigned int size) {
  std::strncpy(name, "Fake GPU", size);
  return kSuccess;
}
int nvmlDeviceGetMemoryInfo(void* /*device*/, unsigned long long* memory) {
  memory[0] = state.total;
  memory[2] = used();
  memory[1] = state.total - memory[2];
  return state.memory_status;
}
struct Process {
  unsigned int pid;
  unsigned long long used;
  unsigned int gpu_instance;
  unsigned int compute_instance;
};
int nvmlDeviceGetComputeRunningProcesses_v3(void* /*device*/, unsigned int* count, Process* processes) {
  const bool fits = *count >= kProcesses;
  *count = kProcesses;
  if (!fits) return kInsufficientSize;
  for (unsigned int i = 0; i < kProcesses; ++i) {
    processes[i] = {
        .pid = i < kProcesses - 2 ? 1 : state.pid, .used = state.pid_used, .gpu_instance = 0, .compute_instance = 0};
  }
  return kSuccess;
}
const char* nvmlErrorString(int status) { return status == kInvalid ? "Invalid Argument" : "Unknown Error"; }

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
