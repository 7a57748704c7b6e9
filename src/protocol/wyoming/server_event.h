#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "protocol/wyoming/error.h"

/// Each function appends the bytes of one event.
namespace antiphon::protocol::wyoming {

struct Attribution {
  std::string name;
  std::string url;
};

struct VoiceInfo {
  std::string name;
  std::string description;
  std::vector<std::string> languages;  ///< As Home Assistant matches them, for example en-US; at least one.
  std::vector<std::string> speakers;   ///< Empty for a voice of one speaker.
  Attribution attribution;
};

struct ProgramInfo {
  std::string name;
  std::string description;
  std::string version;
  Attribution attribution;
  std::vector<VoiceInfo> voices;
};

/// Answer to "describe": one program that speaks, also text that is streamed in.
void append_info(const ProgramInfo& program, std::string& out);

/// Answer to "ping".
void append_pong(std::string_view text, std::string& out);

/// PCM of 16 bits in one channel follows. `at` is the place in the stream, in whole milliseconds.
void append_audio_start(base::SampleRate rate, base::Duration at, std::string& out);
/// `pcm` is s16le.
void append_audio_chunk(base::SampleRate rate, base::Duration at, std::span<const std::byte> pcm, std::string& out);
void append_audio_stop(base::Duration at, std::string& out);

/// The end of the answer to a text that was streamed in, after its last audio-stop.
void append_synthesize_stopped(std::string& out);

/// Clients do not take an error for the end of a stream: close the connection after it where audio was to come.
void append_error(const Error& error, std::string& out);

}  // namespace antiphon::protocol::wyoming
