#pragma once

#include <filesystem>
#include <string>

#include "engine/kokoro/kokoro_engine.h"
#include "engine/kokoro/manifest.h"
#include "voice_import/prepare.h"
#include "voice_import/verify.h"

namespace antiphon::voice_import {

/// The model's file in a package of Kokoro. Beside it lie the files that engine::kokoro::reader_files() names.
inline constexpr const char* kKokoroModel = "kokoro.onnx";

/// Whether the folder has a Kokoro model.
[[nodiscard]] bool is_kokoro_package(const std::filesystem::path& folder);

struct PreparedKokoro {
  engine::kokoro::Manifest manifest;
  std::filesystem::path folder;
  bool already_there = false;   ///< Prepared from the same package before; nothing was done.
  Verification verification{};  ///< Verification of what was prepared now.
};

/// Prepares a package, verifies the result against its model, and puts it into `store` in one step. Its id is the
/// folder's name where options.id is empty. `readers` read the package's data. Takes some 15 s, and memory of
/// about four times the model. Errors: kBadId, kVoiceExists, kFileFailure, kConfigInvalid where there is no reader of
/// its data, and those of cut_kokoro() and verify_kokoro(). A message names the file and what of it is wrong.
[[nodiscard]] Result<PreparedKokoro> prepare_kokoro(const std::filesystem::path& package,
                                                    const std::filesystem::path& store, const PrepareOptions& options,
                                                    const engine::kokoro::Readers& readers);

/// sha256 over all files of a package. Error: kFileFailure.
[[nodiscard]] Result<std::string> digest_of_kokoro(const std::filesystem::path& package);

}  // namespace antiphon::voice_import
