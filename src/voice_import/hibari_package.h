#pragma once

#include <filesystem>
#include <string>

#include "voice_import/error.h"

namespace antiphon::voice_import {

/// The files of a hibari package (PyPI hibari-tts 0.2, its folder hibari/assets), read whole. JSON files may be packed
/// by gzip, with ".gz" after their names.
struct HibariPackage {
  std::string model;       ///< hibari.onnx.
  std::string spelling;    ///< oov.onnx.
  std::string alphabet;    ///< oov.json.
  std::string phonemes;    ///< vocab.json.
  std::string words;       ///< lexicon_us_gold.json.
  std::string more_words;  ///< lexicon_us_silver.json.
  std::string tagger;      ///< tagger.json.
  std::string tokens;      ///< tokenizer_exceptions.json.
};

/// The model's file in a package.
inline constexpr const char* kHibariModel = "hibari.onnx";

/// Whether the folder has a hibari model.
[[nodiscard]] bool is_hibari_package(const std::filesystem::path& folder);

/// Each file at most 64 MiB, unpacked. Error: kFileFailure.
[[nodiscard]] Result<HibariPackage> read_hibari_package(const std::filesystem::path& folder);

/// Reads a file that may be packed by gzip; then `path` lacks its ".gz". Error: kFileFailure.
[[nodiscard]] Result<std::string> read_packed(const std::filesystem::path& path, std::size_t most_bytes);

}  // namespace antiphon::voice_import
