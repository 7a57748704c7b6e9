#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "device/device.h"
#include "engine/ort/error.h"
#include "engine/ort/runtime.h"

namespace antiphon::engine::ort {

using Shape = std::vector<std::int64_t>;

/// A named input whose values the caller keeps alive during the run.
struct Input {
  std::string name;
  Shape shape;
  std::variant<std::span<const float>, std::span<const std::int64_t>> values;  ///< As many as the shape holds.
};

/// A named output that the run writes into the caller's memory.
struct Output {
  std::string name;
  Shape shape;              ///< What the graph will yield for these inputs.
  std::span<float> values;  ///< As many as the shape holds.
};

/// A result in memory of its own.
struct Tensor {
  Shape shape;
  std::vector<float> values;
};

enum class ElementType : std::uint8_t { kFloat, kInt64, kOther };

/// What a graph says about one of its inputs or outputs.
struct TensorInfo {
  std::string name;
  ElementType type = ElementType::kOther;
  Shape shape;  ///< -1 where the size is free.
};

/// How a graph is prepared to be run.
enum class Optimisation : std::uint8_t {
  kFull,   ///< For speed: operators are fused, which may round otherwise.
  kExact,  ///< Each operator as it stands, to compare graphs.
};

/// A loaded graph, run on the calling thread alone, or by the CUDA device that it was loaded on while that thread
/// waits. The same inputs give the same bytes within one Runtime::fingerprint(). Memory does not grow with the number
/// or variety of runs. One thread at a time.
class Session {
 public:
  /// Reads a model and the files of weights beside it. Errors: kModelInvalid; kDeviceUnusable where `on` cannot be had.
  [[nodiscard]] static Result<Session> load(const Runtime& runtime, const std::filesystem::path& model,
                                            const device::Device& on = {},
                                            Optimisation optimisation = Optimisation::kFull);
  /// The same from memory; the model must hold its weights itself.
  [[nodiscard]] static Result<Session> load(const Runtime& runtime, std::span<const std::byte> model,
                                            const device::Device& on = {},
                                            Optimisation optimisation = Optimisation::kFull);

  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;
  ~Session();

  [[nodiscard]] const std::vector<TensorInfo>& inputs() const;
  [[nodiscard]] const std::vector<TensorInfo>& outputs() const;

  /// Yields the named outputs, which must be of floats, in this order. Errors: kTensorMismatch, kRunFailed.
  [[nodiscard]] Result<std::vector<Tensor>> run(std::span<const Input> inputs, std::span<const std::string> outputs);
  /// Writes outputs in place. Their contents are undefined after an error: kTensorMismatch, kRunFailed.
  [[nodiscard]] Result<void> run_into(std::span<const Input> inputs, std::span<const Output> outputs);

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);

  std::unique_ptr<Impl> impl_;
};

}  // namespace antiphon::engine::ort
