#include "worker/voice_cache.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

namespace antiphon::worker {
namespace {

constexpr std::size_t kMaxManifestBytes = 4U << 20;

std::unexpected<engine::Error> error(engine::Errc code, std::string message) {
  return std::unexpected(engine::Error{code, std::move(message)});
}

engine::Result<std::string> engine_name(const std::filesystem::path& manifest) {
  std::error_code ignored;
  const auto size = std::filesystem::file_size(manifest, ignored);
  std::ifstream file(manifest, std::ios::binary);
  if (ignored || !file) return error(engine::Errc::kVoiceNotFound, manifest.string() + " cannot be read");
  if (size > kMaxManifestBytes) return error(engine::Errc::kVoiceCorrupt, manifest.string() + " is too large");
  const auto json = nlohmann::json::parse(file, nullptr, false);
  const auto* name =
      json.is_object() && json.contains("engine") ? json["engine"].get_ptr<const std::string*>() : nullptr;
  if (name == nullptr) return error(engine::Errc::kVoiceCorrupt, manifest.string() + " does not name its engine");
  return *name;
}

}  // namespace

VoiceCache::VoiceCache(Engines engines, std::size_t capacity)
    : engines_(std::move(engines)), capacity_(std::max<std::size_t>(1, capacity)) {}

engine::Result<engine::Engine*> VoiceCache::engine_for(const std::filesystem::path& folder) const {
  const auto name = engine_name(folder / "manifest.json");
  if (!name) return std::unexpected(name.error());
  const auto found = std::ranges::find_if(engines_, [&](const auto& each) { return each->name() == *name; });
  if (found == engines_.end()) {
    return error(engine::Errc::kVoiceCorrupt,
                 folder.string() + " is for the engine '" + *name + "', which is not here");
  }
  return found->get();
}

engine::Result<engine::Voice*> VoiceCache::load(const std::string& id, const std::filesystem::path& folder) {
  const auto same = std::ranges::find_if(voices_, [&](const Entry& e) { return e.id == id && e.folder == folder; });
  if (same != voices_.end()) return find(id);
  const auto engine = engine_for(folder);
  if (!engine) return std::unexpected(engine.error());
  unload(id);
  while (voices_.size() >= capacity_) voices_.pop_back();
  auto voice = (*engine)->load(folder);
  if (!voice) return std::unexpected(std::move(voice.error()));
  voices_.push_front({.id = id, .folder = folder, .voice = std::move(*voice)});
  return voices_.front().voice.get();
}

void VoiceCache::unload(std::string_view id) {
  voices_.remove_if([&](const Entry& entry) { return entry.id == id; });
}

engine::Result<engine::Voice*> VoiceCache::find(std::string_view id) {
  const auto found = std::ranges::find_if(voices_, [&](const Entry& entry) { return entry.id == id; });
  if (found == voices_.end()) return error(engine::Errc::kVoiceNotFound, "the voice is not loaded in this worker");
  voices_.splice(voices_.begin(), voices_, found);
  return voices_.front().voice.get();
}

std::string VoiceCache::fingerprint() const {
  std::string joined;
  for (const auto& engine : engines_) joined += (joined.empty() ? "" : "; ") + engine->fingerprint();
  return joined;
}

}  // namespace antiphon::worker
