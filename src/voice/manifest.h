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

namespace antiphon::voice {

/// Names of the files of a prepared voice. A voice that is not windowed has neither first, middle nor last.
inline constexpr const char* kManifestFile = "manifest.json";
inline constexpr const char* kPlanFile = "plan.onnx";
inline constexpr const char* kRenderSingleFile = "render_single.onnx";
inline constexpr const char* kRenderFirstFile = "render_first.onnx";
inline constexpr const char* kRenderMiddleFile = "render_middle.onnx";
inline constexpr const char* kRenderLastFile = "render_last.onnx";
inline constexpr const char* kRenderWeightsFile = "render.weights";  ///< Shared by the render graphs.
// Where our own kernels can render the voice.
inline constexpr const char* kNetworkFile = "render.network";       ///< See network/codec.h.
inline constexpr const char* kSpeakerFile = "render_speaker.onnx";  ///< Where the speaker decides a part of it.

/// What one grain leaves to the next: float32 [1, channels, 1, length]. The blob of a state is all of them in order.
struct StateTensor {
  std::uint32_t channels = 0;
  std::uint32_t length = 0;
  friend bool operator==(const StateTensor&, const StateTensor&) = default;
};

struct FileDigest {
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256;  ///< 64 hexadecimal digits.
  friend bool operator==(const FileDigest&, const FileDigest&) = default;
};

/// Measured on one thread of the machine that prepared the voice.
struct Costs {
  double plan_ms_per_audio_second = 0;
  double render_ms_per_audio_second = 0;  ///< Middle grains: flow and decoder.
  friend bool operator==(const Costs&, const Costs&) = default;
};

/// What renders a voice.
enum class Kernel : std::uint8_t {
  kOrt,     ///< ONNX Runtime.
  kDirect,  ///< Our own kernels, by direct convolution.
  kFast,    ///< Our own kernels, by Toom-Cook where it fits.
};

[[nodiscard]] std::string_view name_of(Kernel kernel);
[[nodiscard]] std::optional<Kernel> parse_kernel(std::string_view name);

/// All about a prepared Piper voice: the contents of its folder's manifest.json. parse_manifest checks each range
/// given here, so that a value read from a file cannot lead its reader astray.
struct Manifest {
  std::string id;                 ///< See valid_voice_id().
  std::string language;           ///< BCP 47, for example en-US; at most 35 characters.
  std::uint32_t sample_rate = 0;  ///< 4,000 to 192,000.

  // Text to phoneme ids.
  std::string phoneme_type;  ///< "espeak", or "text" where the ids stand for the characters themselves.
  std::string espeak_voice;  ///< For example en-us; at most 64 characters.
  /// UTF-8 of a phoneme to its ids, each from 0 to 65,535; at most 4,096 phonemes of at most 16 ids. Has "_" (pad),
  /// "^" (begin) and "$" (end).
  std::map<std::string, std::vector<std::int64_t>> phoneme_id_map;

  // What the model was made to be run with.
  float noise_scale = 0;   ///< 0 to 10.
  float noise_w = 0;       ///< 0 to 10.
  float length_scale = 0;  ///< 0.01 to 100; longer speech above 1.

  std::vector<std::string> speakers;  ///< Names in the order of their numbers; empty for one unnamed; at most 65,536.
  bool speaker_input = false;         ///< Whether the graphs have an input `sid`.
  std::uint32_t prior_channels = 0;   ///< Floats in a row of the prior, 1 to 4,096.
  GrainGeometry geometry;             ///< Hop 1 to 65,536; frames 1 to 4,096; some output left in a first grain.
  std::string not_windowed_because;   ///< Why the structure was not recognised; empty where geometry.windowed.
  Kernel kernel = Kernel::kOrt;       ///< The fastest that sounds like the original; decides the bytes.
  std::string not_fast_because;       ///< Why it is none of our own kernels, or not kFast; at most 1,024 bytes.
  std::vector<StateTensor> states;    ///< At most 4,096 tensors and 64 MiB; none where not windowed.
  double max_segment_seconds = 10;    ///< Above 0, to 60.

  std::string source_sha256;      ///< SHA-256 of the model that was prepared.
  std::vector<FileDigest> files;  ///< All but the manifest itself, with the names above.
  std::optional<Costs> costs;
  /// How much louder the voice is spoken than its model makes it, in dB: audio::kLeastGainDb to kMostGainDb. Nothing
  /// where it was not measured. Applied by the gateway, so that it does not decide the bytes of the engine.
  std::optional<double> gain_db;

  friend bool operator==(const Manifest&, const Manifest&) = default;
};

/// The bytes of a state blob.
[[nodiscard]] std::uint64_t state_bytes(const Manifest& manifest);

/// Whether it has the files that our own kernels need.
[[nodiscard]] bool has_network(const Manifest& manifest);

/// sha256, in hex, over all that decides the voice's bytes: not its id, names, language or costs.
[[nodiscard]] std::string identity_of(const Manifest& manifest);

/// Error: kManifestInvalid. An unknown key is an error: it belongs to another version of the format.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view json);

/// What a manifest of any preparation names as its source_sha256; empty where it names none.
[[nodiscard]] std::string source_in(std::string_view json);

/// Replaces `folder`/manifest.json in one step. Error: kFileFailure.
[[nodiscard]] Result<void> write_manifest(const std::filesystem::path& folder, const Manifest& manifest);

/// The JSON text, parse_manifest of it gives the same manifest back.
[[nodiscard]] std::string to_json(const Manifest& manifest);

/// Reads `folder`/manifest.json, at most 4 MiB. Errors: kVoiceNotFound, kManifestInvalid.
[[nodiscard]] Result<Manifest> read_manifest(const std::filesystem::path& folder);

/// The source_sha256 of the manifest in `folder`, also where another preparation wrote it; empty where there is none.
[[nodiscard]] std::string source_of(const std::filesystem::path& folder);

/// Reads every file of the voice and compares size and sha256. Errors: kFileFailure, kFileDamaged.
[[nodiscard]] Result<void> check_files(const std::filesystem::path& folder, const std::vector<FileDigest>& files);
[[nodiscard]] inline Result<void> check_files(const std::filesystem::path& folder, const Manifest& manifest) {
  return check_files(folder, manifest.files);
}

/// The text of `folder`/manifest.json, of whichever engine, at most 4 MiB. Errors: kVoiceNotFound, kManifestInvalid.
[[nodiscard]] Result<std::string> read_manifest_text(const std::filesystem::path& folder);

}  // namespace antiphon::voice
