#pragma once

#include <string_view>

#include "gateway/server.h"

namespace antiphon::cli {

/// The commit that was built, 12 digits; "unknown" where the sources were in no checkout. Written by each build.
[[nodiscard]] std::string_view build_commit();

/// For /metrics.
[[nodiscard]] inline gateway::BuildInfo build_info() {
  return {.version = ANTIPHON_VERSION, .commit = std::string(build_commit()), .compiler = "clang " __clang_version__};
}

}  // namespace antiphon::cli
