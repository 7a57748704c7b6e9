#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "voice/error.h"
#include "voice/grain_layout.h"
#include "voice/manifest.h"

namespace antiphon::engine::hibari {

// Names of the files of a prepared voice, beside its manifest.json.
inline constexpr const char* kPlanFile = "plan.onnx";            ///< Ids of phonemes to durations, pitch and features.
inline constexpr const char* kHeadFile = "head.onnx";            ///< Features of frames to their spectra.
inline constexpr const char* kSpellingFile = "spelling.onnx";    ///< Letters of a word to phonemes.
inline constexpr const char* kWordsFile = "words.txt";           ///< Words to phonemes, checked by people.
inline constexpr const char* kMoreWordsFile = "more_words.txt";  ///< The same, not checked.
inline constexpr const char* kTagsFile = "tags.txt";             ///< Words that are one part of speech nearly always.
inline constexpr const char* kKnownFile = "known_words.txt";     ///< Words that the weights know.
inline constexpr const char* kWeightsFile = "tag_weights.txt";   ///< What speaks for each part of speech.
inline constexpr const char* kTokensFile = "tokens.txt";         ///< Texts that are cut in their own way.

/// All about a prepared hibari voice: the contents of its folder's manifest.json. parse_manifest checks each range.
struct Manifest {
  std::string id;        ///< See voice::valid_voice_id().
  std::string language;  ///< BCP 47, at most 35 characters.
  /// One phoneme, UTF-8, to its id in the model, 0 to 65,535; at most 4,096.
  std::map<std::string, std::int64_t> phonemes;
  std::uint32_t features = 0;        ///< That the plan gives for a frame, 1 to 4,096.
  std::vector<std::string> letters;  ///< That spelling.onnx reads; the first is its 1. At most 4,096.
  std::vector<std::string> sounds;   ///< That spelling.onnx gives; the first is its 1. At most 4,096.
  std::uint32_t longest_word = 0;    ///< That spelling.onnx reads, in letters, 1 to 256.
  std::vector<std::string> tags;     ///< Names of the parts of speech, by which kWeightsFile numbers them. At most 256.
  double max_segment_seconds = 10;   ///< Above 0, to 60.
  std::string source_sha256;         ///< SHA-256 of the model that was prepared.
  std::vector<voice::FileDigest> files;  ///< All but the manifest itself, with the names above.
  std::optional<voice::Costs> costs;     ///< Measured when the voice was prepared.
  std::optional<double> gain_db;         ///< See voice::Manifest.

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// The layout of every voice's grains.
[[nodiscard]] voice::GrainGeometry geometry();

/// sha256, in hex, over all that decides the voice's bytes: not its id, language, source, costs or gain.
[[nodiscard]] std::string identity_of(const Manifest& manifest);

/// Error: kManifestInvalid. An unknown key is an error: it belongs to another version of the format.
[[nodiscard]] voice::Result<Manifest> parse_manifest(std::string_view json);

/// The JSON text; parse_manifest of it gives the same manifest back.
[[nodiscard]] std::string to_json(const Manifest& manifest);

/// Reads `folder`/manifest.json, at most 4 MiB. Errors: kVoiceNotFound, kManifestInvalid.
[[nodiscard]] voice::Result<Manifest> read_manifest(const std::filesystem::path& folder);

/// Replaces `folder`/manifest.json in one step. Error: kFileFailure.
[[nodiscard]] voice::Result<void> write_manifest(const std::filesystem::path& folder, const Manifest& manifest);

/// Whether the manifest in `folder` says that it is one of this engine.
[[nodiscard]] bool is_hibari(const std::filesystem::path& folder);

}  // namespace antiphon::engine::hibari
