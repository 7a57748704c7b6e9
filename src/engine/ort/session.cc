#include "engine/ort/session.h"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "engine/ort/runtime_impl.h"

namespace antiphon::engine::ort {

struct Session::Impl {
  Runtime runtime;
  Ort::Session session;
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
};

namespace {

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

/// The library's messages can quote a whole graph, or the signatures of its functions before what was wrong.
std::string brief(std::string message) {
  message.erase(message.find_last_not_of(" \n") + 1);
  constexpr std::size_t kHead = 200;
  constexpr std::size_t kTail = 400;
  if (message.size() <= kHead + kTail) return message;
  return message.substr(0, kHead) + " ... " + message.substr(message.size() - kTail);
}

/// For the C interface, whose functions give a status that is null where all went well. Throws.
void check(OrtStatus* status) {
  if (status != nullptr) throw Ort::Exception(Ort::Status(status).GetErrorMessage(), ORT_FAIL);
}

/// What decides the bytes must not depend on the moment: by the heuristic the same shape always gets the same
/// algorithm, where a search would time them. TF32 would round to 10 bits.
constexpr std::array<std::pair<const char*, const char*>, 4> kCudaSettings = {{
    {"cudnn_conv_algo_search", "HEURISTIC"},
    {"use_tf32", "0"},
    {"arena_extend_strategy", "kSameAsRequested"},
    {"do_copy_in_default_stream", "1"},
}};

/// Throws where the library was built without CUDA, or lacks its libraries, or there is no such device.
void compute_on_cuda(Ort::SessionOptions& options, std::uint32_t index) {
  const OrtApi& api = Ort::GetApi();
  OrtCUDAProviderOptionsV2* made = nullptr;
  check(api.CreateCUDAProviderOptions(&made));
  const std::unique_ptr<OrtCUDAProviderOptionsV2, decltype(api.ReleaseCUDAProviderOptions)> cuda(
      made, api.ReleaseCUDAProviderOptions);
  const auto number = std::to_string(index);
  std::vector<const char*> names = {"device_id"};
  std::vector<const char*> values = {number.c_str()};
  for (const auto& [name, value] : kCudaSettings) {
    names.push_back(name);
    values.push_back(value);
  }
  check(api.UpdateCUDAProviderOptions(cuda.get(), names.data(), values.data(), names.size()));
  check(api.SessionOptionsAppendExecutionProvider_CUDA_V2(options, cuda.get()));
}

/// One thread, no arena: an arena keeps the largest layout of every length that it has seen.
Ort::SessionOptions session_options(Optimisation optimisation) {
  Ort::SessionOptions options;
  options.SetIntraOpNumThreads(1);
  options.SetInterOpNumThreads(1);
  options.SetExecutionMode(ORT_SEQUENTIAL);
  options.SetGraphOptimizationLevel(optimisation == Optimisation::kFull ? ORT_ENABLE_ALL : ORT_DISABLE_ALL);
  options.SetDeterministicCompute(true);
  options.DisableMemPattern();
  options.DisableCpuMemArena();
  return options;
}

ElementType type_of(ONNXTensorElementDataType type) {
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT) return ElementType::kFloat;
  if (type == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64) return ElementType::kInt64;
  return ElementType::kOther;
}

TensorInfo describe(std::string name, const Ort::TypeInfo& info) {
  TensorInfo described{.name = std::move(name)};
  if (info.GetONNXType() == ONNX_TYPE_TENSOR) {
    const auto tensor = info.GetTensorTypeAndShapeInfo();
    described.type = type_of(tensor.GetElementType());
    described.shape = tensor.GetShape();
  }
  return described;
}

/// The number of values in a shape, if it is one: no negative size, no overflow.
std::optional<std::size_t> count_of(const Shape& shape) {
  constexpr auto kMost = static_cast<std::int64_t>(std::numeric_limits<std::int32_t>::max());
  std::int64_t count = 1;
  for (const auto size : shape) {
    if (size < 0 || size > kMost) return std::nullopt;
    count *= size;
    if (count > kMost) return std::nullopt;
  }
  return static_cast<std::size_t>(count);
}

const TensorInfo* find(const std::vector<TensorInfo>& list, const std::string& name) {
  const auto found = std::ranges::find(list, name, &TensorInfo::name);
  return found == list.end() ? nullptr : &*found;
}

std::unexpected<Error> mismatch(const std::string& name, const char* what) {
  return failure(Errc::kTensorMismatch, "tensor " + name + " " + what);
}

/// The library takes inputs as mutable memory but only reads them.
template <class T>
Ort::Value wrap(const Ort::MemoryInfo& memory, std::span<const T> values, const Shape& shape) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
  return Ort::Value::CreateTensor<T>(memory, const_cast<T*>(values.data()), values.size(), shape.data(), shape.size());
}

/// The arguments of one call in the library's form.
struct Call {
  Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtDeviceAllocator, OrtMemTypeDefault);
  std::vector<const char*> input_names;
  std::vector<Ort::Value> inputs;
  std::vector<const char*> output_names;
  std::vector<Ort::Value> outputs;

  Result<void> add(const Input& input, const std::vector<TensorInfo>& known) {
    const auto* info = find(known, input.name);
    if (info == nullptr) return mismatch(input.name, "is no input of the model");
    const bool floats = std::holds_alternative<std::span<const float>>(input.values);
    if (info->type != (floats ? ElementType::kFloat : ElementType::kInt64)) {
      return mismatch(input.name, "has another type of elements in the model");
    }
    const auto size = std::visit([](const auto& values) { return values.size(); }, input.values);
    if (count_of(input.shape) != size) return mismatch(input.name, "has values that do not fill its shape");
    input_names.push_back(input.name.c_str());
    inputs.push_back(std::visit([&](const auto& values) { return wrap(memory, values, input.shape); }, input.values));
    return std::expected<void, Error>();
  }

  Result<void> expect(const std::string& name, const std::vector<TensorInfo>& known) {
    const auto* info = find(known, name);
    if (info == nullptr || info->type != ElementType::kFloat) return mismatch(name, "is no output of floats");
    output_names.push_back(name.c_str());
    return std::expected<void, Error>();
  }

  void run(Ort::Session& session) {
    session.Run(Ort::RunOptions{nullptr}, input_names.data(), inputs.data(), inputs.size(), output_names.data(),
                outputs.data(), outputs.size());
  }
};

}  // namespace

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

namespace {

std::unexpected<Error> unusable(const Runtime& runtime, const device::Device& on, const std::string& why) {
  return failure(Errc::kDeviceUnusable, "ONNX Runtime " + runtime.version() + " cannot compute on " +
                                            device::name_of(on) +
                                            " (is it the build for CUDA, and are the driver, CUDA and cuDNN "
                                            "installed?): " +
                                            brief(why));
}

Result<Ort::SessionOptions> options_for(const Runtime& runtime, const device::Device& on, Optimisation optimisation) {
  try {
    auto options = session_options(optimisation);
    if (on.kind == device::Kind::kCuda) compute_on_cuda(options, on.index);
    return options;
  } catch (const std::exception& e) {
    return unusable(runtime, on, e.what());
  }
}

/// A graph that the processor would take may be too much for a device.
std::unexpected<Error> not_loaded(const Runtime& runtime, const device::Device& on, const std::string& model,
                                  const std::string& why) {
  if (on.kind == device::Kind::kCuda) return unusable(runtime, on, model + ": " + why);
  return failure(Errc::kModelInvalid, model + ": " + brief(why));
}

/// Fills in what the graph says about itself.
void describe_all(const Ort::Session& session, std::vector<TensorInfo>& inputs, std::vector<TensorInfo>& outputs) {
  const Ort::AllocatorWithDefaultOptions allocator;
  for (std::size_t i = 0; i < session.GetInputCount(); ++i) {
    inputs.push_back(describe(session.GetInputNameAllocated(i, allocator).get(), session.GetInputTypeInfo(i)));
  }
  for (std::size_t i = 0; i < session.GetOutputCount(); ++i) {
    outputs.push_back(describe(session.GetOutputNameAllocated(i, allocator).get(), session.GetOutputTypeInfo(i)));
  }
}

}  // namespace

Result<Session> Session::load(const Runtime& runtime, const std::filesystem::path& model, const device::Device& on,
                              Optimisation optimisation) {
  const auto options = options_for(runtime, on, optimisation);
  if (!options) return std::unexpected(options.error());
  try {
    auto impl = std::make_unique<Impl>(
        Impl{.runtime = runtime, .session = Ort::Session(runtime.impl_->env, model.c_str(), *options)});
    describe_all(impl->session, impl->inputs, impl->outputs);
    return Session(std::move(impl));
  } catch (const std::exception& e) {
    return not_loaded(runtime, on, model.string(), e.what());
  }
}

Result<Session> Session::load(const Runtime& runtime, std::span<const std::byte> model, const device::Device& on,
                              Optimisation optimisation) {
  const auto options = options_for(runtime, on, optimisation);
  if (!options) return std::unexpected(options.error());
  try {
    auto impl = std::make_unique<Impl>(
        Impl{.runtime = runtime, .session = Ort::Session(runtime.impl_->env, model.data(), model.size(), *options)});
    describe_all(impl->session, impl->inputs, impl->outputs);
    return Session(std::move(impl));
  } catch (const std::exception& e) {
    return not_loaded(runtime, on, "a model in memory", e.what());
  }
}

const std::vector<TensorInfo>& Session::inputs() const { return impl_->inputs; }
const std::vector<TensorInfo>& Session::outputs() const { return impl_->outputs; }

Result<std::vector<Tensor>> Session::run(std::span<const Input> inputs, std::span<const std::string> outputs) {
  try {
    Call call;
    for (const auto& input : inputs) {
      if (auto added = call.add(input, impl_->inputs); !added) return std::unexpected(std::move(added.error()));
    }
    for (const auto& name : outputs) {
      if (auto known = call.expect(name, impl_->outputs); !known) return std::unexpected(std::move(known.error()));
      call.outputs.emplace_back(nullptr);
    }
    call.run(impl_->session);
    std::vector<Tensor> results;
    for (const auto& value : call.outputs) {
      const auto info = value.GetTensorTypeAndShapeInfo();
      const auto* const data = value.GetTensorData<float>();
      results.push_back({.shape = info.GetShape(), .values = {data, data + info.GetElementCount()}});
    }
    return results;
  } catch (const std::exception& e) {
    return failure(Errc::kRunFailed, brief(e.what()));
  }
}

Result<void> Session::run_into(std::span<const Input> inputs, std::span<const Output> outputs) {
  try {
    Call call;
    for (const auto& input : inputs) {
      if (auto added = call.add(input, impl_->inputs); !added) return added;
    }
    for (const auto& output : outputs) {
      if (auto known = call.expect(output.name, impl_->outputs); !known) return known;
      if (count_of(output.shape) != output.values.size()) {
        return mismatch(output.name, "has values that do not fill its shape");
      }
      call.outputs.push_back(Ort::Value::CreateTensor<float>(call.memory, output.values.data(), output.values.size(),
                                                             output.shape.data(), output.shape.size()));
    }
    call.run(impl_->session);
    return std::expected<void, Error>();
  } catch (const std::exception& e) {
    return failure(Errc::kRunFailed, brief(e.what()));
  }
}

}  // namespace antiphon::engine::ort
