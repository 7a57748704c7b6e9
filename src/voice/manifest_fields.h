#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "voice/manifest.h"
#include "voice/strict_json.h"

/// What the manifests of all engines have in common, as JSON.
namespace antiphon::voice {

[[nodiscard]] nlohmann::json files_json(const std::vector<FileDigest>& files);

/// Names that a list of files may have, and those that it must have.
struct FileNames {
  std::set<std::string, std::less<>> needed;
  std::set<std::string, std::less<>> allowed;
};
/// Throws std::runtime_error where a file is named twice, is unknown or is missing.
[[nodiscard]] std::vector<FileDigest> files_from(const nlohmann::json& json, FileNames names);

/// A sha256 in hex. Throws std::runtime_error.
[[nodiscard]] std::string digest_from(StrictObject& fields, const char* key);

/// What is no part of a voice's identity: the costs and the gain, where they were measured. Throws std::runtime_error.
[[nodiscard]] std::optional<Costs> costs_from(StrictObject& fields);
[[nodiscard]] std::optional<double> gain_from(StrictObject& fields);
void add_measured(nlohmann::json& json, const std::optional<Costs>& costs, const std::optional<double>& gain_db);

}  // namespace antiphon::voice
