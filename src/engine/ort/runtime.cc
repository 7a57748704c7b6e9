#include "engine/ort/runtime.h"

#include <dlfcn.h>

#include <cstring>
#include <mutex>
#include <string_view>
#include <system_error>

#include "engine/ort/instruction_set.h"
#include "engine/ort/runtime_impl.h"
#include "process/installation.h"

namespace antiphon::engine::ort {
namespace {

constexpr std::uint32_t kApiVersion = 21;

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

using GetApiBase = const OrtApiBase* (*)();

/// Opens the library for good: it has threads and static objects of its own, so it is never closed.
constexpr std::string_view kCudaFolder = "lib/antiphon/onnxruntime-gpu";

Result<const OrtApiBase*> open_library(const std::filesystem::path& file) {
  // From 1.32 on the library otherwise keeps a database in the user's cache folder and sends it to its makers.
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the first voice, or fingerprint, is asked for before there are threads.
  ::setenv("ORT_DISABLE_TELEMETRY", "1", 1);
  // So that CUDA numbers devices as NVML and nvidia-smi do, and not by their speed.
  // NOLINTNEXTLINE(concurrency-mt-unsafe): as above.
  ::setenv("CUDA_DEVICE_ORDER", "PCI_BUS_ID", 0);
  void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* const reason = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps one per thread.
    return failure(Errc::kLibraryNotFound, reason != nullptr ? reason : file.string() + ": cannot be opened");
  }
  void* const symbol = ::dlsym(handle, "OrtGetApiBase");
  if (symbol == nullptr) return failure(Errc::kLibraryNotFound, file.string() + " is not ONNX Runtime");
  return reinterpret_cast<GetApiBase>(symbol)();
}

}  // namespace

std::filesystem::path default_library() { return process::installed("lib/antiphon/libonnxruntime.so.1.32.0"); }

std::filesystem::path default_cuda_library() { return newest_library(process::installed(kCudaFolder)); }

std::filesystem::path newest_library(const std::filesystem::path& folder) {
  constexpr std::string_view kName = "libonnxruntime.so";
  std::filesystem::path newest;
  std::error_code none;
  for (std::filesystem::directory_iterator entry(folder, none), end; !none && entry != end; entry.increment(none)) {
    const auto& file = entry->path();
    const bool is_newer = ::strverscmp(file.c_str(), newest.c_str()) > 0;
    if (file.filename().string().starts_with(kName) && is_newer) newest = file;
  }
  return newest;
}

std::string lacks_cuda(const std::filesystem::path& library) {
  std::error_code none;
  if (library.empty()) return "there is no folder " + process::installed(kCudaFolder).string();
  if (!std::filesystem::exists(library, none)) return library.string() + " does not exist";
  const auto provider = library.parent_path() / "libonnxruntime_providers_cuda.so";
  if (std::filesystem::exists(provider, none)) return {};
  return provider.string() + " does not exist: this is no build for CUDA";
}

Result<Runtime> Runtime::open(const RuntimeOptions& options) {
  static std::mutex opening;
  // Never destroyed: when the process ends, CUDA is torn down before static objects are, and the environment of its
  // provider would go on using it.
  static auto& opened = *new std::shared_ptr<const Impl>;
  static const OrtApiBase* opened_base = nullptr;
  const std::lock_guard lock(opening);
  const auto base = open_library(options.library);
  if (!base) return std::unexpected(base.error());
  if (opened != nullptr) {
    if (*base == opened_base) return Runtime(opened);
    return failure(Errc::kOtherLibrary, opened->library.string() + " is open in this process already");
  }
  const OrtApi* const api = (*base)->GetApi(kApiVersion);
  const std::string version = (*base)->GetVersionString();
  if (api == nullptr) {
    return failure(Errc::kLibraryTooOld, options.library.string() + " is ONNX Runtime " + version + "; 1." +
                                             std::to_string(kApiVersion) + " or newer is needed");
  }
  try {
    Ort::InitApi(api);
    // What goes wrong comes back as an error; the library's own log would mix with ours.
    opened_base = *base;
    opened = std::make_shared<const Impl>(
        Impl{.library = options.library, .version = version, .env = Ort::Env(ORT_LOGGING_LEVEL_FATAL, "antiphon")});
  } catch (const std::exception& e) {
    return failure(Errc::kLibraryNotFound, options.library.string() + ": " + e.what());
  }
  return Runtime(opened);
}

const std::string& Runtime::version() const { return impl_->version; }

std::string Runtime::fingerprint(device::Kind on) const {
  return "onnxruntime-" + impl_->version + (on == device::Kind::kCuda ? "/cuda/" : "/cpu/") + instruction_set();
}

}  // namespace antiphon::engine::ort
