#pragma once

#include <cstddef>
#include <filesystem>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/api/engine.h"

namespace antiphon::worker {

using Engines = std::vector<std::unique_ptr<engine::Engine>>;

/// The loaded voices, at most `capacity` of them: the one used longest ago makes room. Which engine loads a folder is
/// said by the "engine" field of its manifest.json. Used by one thread at a time.
class VoiceCache {
 public:
  VoiceCache(Engines engines, std::size_t capacity);

  /// A voice that stands here already, from the same folder, is returned as it is; unload it first to read it anew.
  /// Errors: kVoiceNotFound, kVoiceCorrupt (no readable manifest, or an engine that this worker lacks),
  /// kEngineFailure. The pointer is valid until the next load or unload.
  [[nodiscard]] engine::Result<engine::Voice*> load(const std::string& id, const std::filesystem::path& folder);

  void unload(std::string_view id);

  /// Error: kVoiceNotFound. The pointer is valid until the next load or unload.
  [[nodiscard]] engine::Result<engine::Voice*> find(std::string_view id);

  /// The fingerprints of all engines, in their order.
  [[nodiscard]] std::string fingerprint() const;

 private:
  struct Entry {
    std::string id;
    std::filesystem::path folder;
    std::unique_ptr<engine::Voice> voice;
  };

  [[nodiscard]] engine::Result<engine::Engine*> engine_for(const std::filesystem::path& folder) const;

  Engines engines_;
  std::size_t capacity_;
  std::list<Entry> voices_;  ///< The one used last stands first.
};

}  // namespace antiphon::worker
