#pragma once

#include <filesystem>
#include <string>

#include "engine/ort/runtime.h"
#include "voice/manifest.h"
#include "voice_import/error.h"
#include "voice_import/verify.h"

/// Makes voices of a store from the files that Piper's training leaves.
namespace antiphon::voice_import {

struct PrepareOptions {
  std::string id;        ///< Empty: the model's file name without .onnx.
  bool replace = false;  ///< Takes the place of another voice of this id.
  std::uint32_t grain_frames = 18;
  engine::ort::RuntimeOptions runtime;
};

struct Prepared {
  voice::Manifest manifest;
  std::filesystem::path folder;
  bool already_there = false;  ///< Prepared from the same model before; nothing was done.
  Verification verification;   ///< Verification of what was prepared now.
};

/// Prepares `model` (FILE.onnx, with FILE.onnx.json beside it, each read whole: at most 1 GiB and 4 MiB), verifies the
/// result against the model, and puts it into `store` in one step, so that a store never holds half a voice. Takes
/// seconds, and memory of about four times the model.
/// Errors: kBadId, kVoiceExists, kFileFailure, kConfigInvalid, and those of verify_voice().
[[nodiscard]] Result<Prepared> prepare_voice(const std::filesystem::path& model, const std::filesystem::path& store,
                                             const PrepareOptions& options);

/// Reads a model whole, at most 1 GiB. Error: kFileFailure.
[[nodiscard]] Result<std::string> read_model(const std::filesystem::path& path);

}  // namespace antiphon::voice_import
