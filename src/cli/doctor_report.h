#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace antiphon::cli {

enum class Severity : std::uint8_t {
  kOk,
  kNote,     ///< Worth knowing; nothing has to be done.
  kWarning,  ///< It serves, but not as well as it could, or not for ever.
  kFailure,  ///< A server does not start, or cannot speak.
};

/// What one check found.
struct Finding {
  std::string check;  ///< Its name, for example "port".
  Severity severity = Severity::kOk;
  std::string message;  ///< What was found, a sentence without its stop.
  std::string advice;   ///< What to do about it; "": nothing.
};

/// What speaking with a voice costs on this machine, and what follows.
struct VoiceCost {
  std::string voice;
  double load_s = 0;            ///< Until the voice was in memory.
  std::uint64_t bytes = 0;      ///< Memory that it took, with its libraries where it was the first to need them.
  double plan_ratio = 0;        ///< Seconds of one worker to plan a second of speech.
  double render_ratio = 0;      ///< The same to render it.
  double grain_s = 0;           ///< Length of the smallest piece that is rendered.
  std::uint32_t listeners = 0;  ///< The most at once of whose requests 95 % are good, by the simulator.
  bool at_limit = false;        ///< It would carry more, but server.max_streams does not admit more.
};

struct Diagnosis {
  std::vector<Finding> findings;
  std::uint32_t workers = 0;  ///< As many as the server may run.
  std::vector<VoiceCost> voices;
};

/// The exit status of `antiphon doctor`: 0 it will serve; 1 it will not; 3 it will, with warnings. 2 is wrong usage.
[[nodiscard]] int exit_status(const Diagnosis& diagnosis);

/// Human-readable: a line for each finding and each voice, and a verdict.
[[nodiscard]] std::string to_text(const Diagnosis& diagnosis);

/// The same as one JSON object; times in seconds.
[[nodiscard]] std::string to_json(const Diagnosis& diagnosis);

}  // namespace antiphon::cli
