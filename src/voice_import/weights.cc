#include "voice_import/weights.h"

#include "voice_import/tensors.h"

namespace antiphon::voice_import {

void Weights::place(const onnx::TensorProto& values, const std::vector<std::int64_t>& dimensions,
                    onnx::TensorProto& tensor) {
  constexpr std::size_t kLeastBytes = 1'024;
  constexpr std::size_t kAlignment = 64;
  tensor.set_data_type(onnx::TensorProto::FLOAT);
  for (const auto size : dimensions) tensor.add_dims(size);
  auto bytes = float_bytes(values);
  const auto length = bytes.size();
  if (length < kLeastBytes) {
    tensor.set_raw_data(std::move(bytes));
    return;
  }
  auto known = offsets_.find(&values);
  if (known == offsets_.end()) {
    bytes_.resize((bytes_.size() + kAlignment - 1) / kAlignment * kAlignment);
    known = offsets_.emplace(&values, bytes_.size()).first;
    bytes_ += bytes;
  }
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  const auto say = [&](const char* key, const std::string& value) {
    auto& entry = *tensor.add_external_data();
    entry.set_key(key);
    entry.set_value(value);
  };
  say("location", file_name_);
  say("offset", std::to_string(known->second));
  say("length", std::to_string(length));
}

}  // namespace antiphon::voice_import
