#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "voice_import/error.h"

/// How a voice gets into its store: made in a folder of its own, and put there in one step.
namespace antiphon::voice_import {

/// A folder that is gone when nobody has taken it.
class Workshop {
 public:
  explicit Workshop(std::filesystem::path folder) : folder_(std::move(folder)) {}
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  ~Workshop();
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
};

/// Error: kFileFailure.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view bytes);

/// Reads a file of at most `most_bytes`. Error: kFileFailure.
[[nodiscard]] Result<std::string> read_whole_file(const std::filesystem::path& path, std::uint64_t most_bytes);

/// The folder's new contents appear under its name at once; what stood there is removed afterwards. One at a time, so
/// that two processes that prepare the same voice leave one whole voice. Error: kFileFailure.
[[nodiscard]] Result<void> put(const std::filesystem::path& made, const std::filesystem::path& place);

}  // namespace antiphon::voice_import
