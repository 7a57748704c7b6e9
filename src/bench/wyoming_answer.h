#pragma once

#include <memory>
#include <string>

#include "bench/answer.h"
#include "bench/target.h"

namespace antiphon::bench {

struct Request;

/// Returns the event that asks for speech.
[[nodiscard]] std::string wyoming_request(const Target& target, const Request& request);

/// Of the events up to `audio-stop`; `error` ends the answer, too. A line and the JSON after it may have 256 KiB each,
/// the bytes after that 16 MiB, which are counted and never kept.
[[nodiscard]] std::unique_ptr<AnswerReader> make_wyoming_answer();

}  // namespace antiphon::bench
