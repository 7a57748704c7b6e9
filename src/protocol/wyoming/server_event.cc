#include "protocol/wyoming/server_event.h"

#include <nlohmann/json.hpp>

namespace antiphon::protocol::wyoming {
namespace {

using Json = nlohmann::ordered_json;

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

void append(std::string_view type, const Json& data, std::span<const std::byte> payload, std::string& out) {
  const auto data_bytes = data.empty() ? std::string() : dumped(data);
  Json header = {{"type", type}};
  if (!data_bytes.empty()) header["data_length"] = data_bytes.size();
  if (!payload.empty()) header["payload_length"] = payload.size();
  out += dumped(header);
  out += '\n';
  out += data_bytes;
  out.append(reinterpret_cast<const char*>(payload.data()), payload.size());
}

Json attribution(const Attribution& made_by) { return {{"name", made_by.name}, {"url", made_by.url}}; }

Json voice_json(const VoiceInfo& voice) {
  Json speakers;
  for (const auto& speaker : voice.speakers) speakers.push_back({{"name", speaker}});
  return {{"name", voice.name},
          {"description", voice.description},
          {"attribution", attribution(voice.attribution)},
          {"installed", true},
          {"version", nullptr},
          {"languages", voice.languages},
          {"speakers", std::move(speakers)}};
}

Json audio_json(base::SampleRate rate, base::Duration at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at).count();
  return {{"rate", rate.hz}, {"width", 2}, {"channels", 1}, {"timestamp", ms}};
}

}  // namespace

void append_info(const ProgramInfo& program, std::string& out) {
  Json voices = Json::array();
  for (const auto& voice : program.voices) voices.push_back(voice_json(voice));
  Json described = {{"name", program.name},
                    {"description", program.description},
                    {"attribution", attribution(program.attribution)},
                    {"installed", true},
                    {"version", program.version},
                    {"voices", std::move(voices)},
                    {"supports_synthesize_streaming", true}};
  Json data = {{"tts", Json::array({std::move(described)})}};
  for (const auto* const other : {"asr", "handle", "intent", "wake", "mic", "snd"}) data[other] = Json::array();
  append("info", data, {}, out);
}

void append_pong(std::string_view text, std::string& out) { append("pong", {{"text", text}}, {}, out); }

void append_audio_start(base::SampleRate rate, base::Duration at, std::string& out) {
  append("audio-start", audio_json(rate, at), {}, out);
}

void append_audio_chunk(base::SampleRate rate, base::Duration at, std::span<const std::byte> pcm, std::string& out) {
  append("audio-chunk", audio_json(rate, at), pcm, out);
}

void append_audio_stop(base::Duration at, std::string& out) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at).count();
  append("audio-stop", {{"timestamp", ms}}, {}, out);
}

void append_synthesize_stopped(std::string& out) { append("synthesize-stopped", {}, {}, out); }

void append_error(const Error& error, std::string& out) {
  append("error", {{"text", error.message}, {"code", code_of(error.code)}}, {}, out);
}

}  // namespace antiphon::protocol::wyoming
