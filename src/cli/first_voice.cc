#include "cli/first_voice.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <string>
#include <system_error>

#include "cli/voice_store.h"
#include "cli/voices_add.h"
#include "process/fd.h"
#include "runtime/log.h"

namespace antiphon::cli {
namespace {

/// While it lives, what is printed goes to standard error: standard output may be a player.
class OutputAside {
 public:
  OutputAside() {
    std::fflush(stdout);
    kept_ = process::Fd(::dup(STDOUT_FILENO));
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  OutputAside(const OutputAside&) = delete;
  OutputAside& operator=(const OutputAside&) = delete;
  ~OutputAside() {
    std::fflush(stdout);
    if (kept_.get() >= 0) ::dup2(kept_.get(), STDOUT_FILENO);
  }

 private:
  process::Fd kept_;
};

}  // namespace

delivery::VoiceDirectory open_first_voices(const config::Config& config) {
  auto voices = open_voices(config);
  if (!voices.voices().empty()) return voices;
  const auto packaged = packaged_voice();
  std::error_code error;
  if (!std::filesystem::is_directory(packaged, error)) throw std::runtime_error(no_voices(config.voices.folder));
  runtime::log_info("first_voice", {{"folder", config.voices.folder.string()}, {"from", packaged.string()}});
  try {
    const OutputAside aside;
    add_voice({.source = packaged, .id = {}}, config);
  } catch (const std::exception& failed) {
    throw std::runtime_error(fmt::format("{} ({})", no_voices(config.voices.folder), failed.what()));
  }
  return open_voices(config);
}

}  // namespace antiphon::cli
