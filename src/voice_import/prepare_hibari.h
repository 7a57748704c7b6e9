#pragma once

#include <filesystem>

#include "engine/hibari/manifest.h"
#include "voice_import/prepare.h"
#include "voice_import/verify_hibari.h"

namespace antiphon::voice_import {

struct PreparedHibari {
  engine::hibari::Manifest manifest;
  std::filesystem::path folder;
  bool already_there = false;         ///< Prepared from the same package before; nothing was done.
  HibariVerification verification{};  ///< Verification of what was prepared now.
};

/// Prepares a package (see read_hibari_package()), verifies the result against its model, and puts it into `store` in
/// one step. Its id is the folder's name where options.id is empty. Takes some 3 s. Errors: kBadId, kVoiceExists,
/// kFileFailure, kConfigInvalid, kModelInvalid, kModelUnsupported, and those of verify_hibari(). A message names the
/// file and what of it is wrong.
[[nodiscard]] Result<PreparedHibari> prepare_hibari(const std::filesystem::path& package,
                                                    const std::filesystem::path& store, const PrepareOptions& options);

/// sha256 over all files of a package.
[[nodiscard]] Result<std::string> digest_of_package(const std::filesystem::path& package);

}  // namespace antiphon::voice_import
