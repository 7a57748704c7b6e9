#pragma once

#include <onnxruntime_cxx_api.h>

#include <string>

#include "engine/ort/runtime.h"

namespace antiphon::engine::ort {

struct Runtime::Impl {
  std::filesystem::path library;
  std::string version;
  Ort::Env env;
};

}  // namespace antiphon::engine::ort
