#pragma once

#include <filesystem>
#include <string>

#include "config/config.h"
#include "engine/ort/runtime.h"
#include "voice_import/verify.h"
#include "voice_import/verify_hibari.h"

/// How voices come into the store from the files of others.
namespace antiphon::cli {

struct AddRequest {
  std::filesystem::path source;  ///< FILE.onnx of a Piper voice, or the folder of a hibari or Kokoro package.
  std::string id;                ///< Empty: the name of the source.
  bool replace = false;          ///< Takes the place of another voice of this id.
};

/// Prepares a voice, measures how loud it is, and says on standard output what came of it. Throws std::runtime_error.
void add_voice(const AddRequest& request, const config::Config& config);

[[nodiscard]] engine::ort::RuntimeOptions runtime_of(const config::Config& config);
void print(const voice_import::Verification& found, voice::Kernel kernel);
void print(const voice_import::HibariVerification& found);

}  // namespace antiphon::cli
