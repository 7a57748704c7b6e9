#include "protocol/elevenlabs/server_message.h"

#include "protocol/json/base64.h"
#include "protocol/json/object.h"

namespace antiphon::protocol::elevenlabs {
namespace {

using json::Json;

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string stream_alignment(const Alignment& alignment) {
  return dumped({{"chars", alignment.characters},
                 {"charStartTimesMs", alignment.starts_ms},
                 {"charDurationsMs", alignment.durations_ms}});
}

std::string timed_alignment(const Alignment& alignment) {
  Json starts = Json::array();
  Json ends = Json::array();
  for (std::size_t i = 0; i < alignment.starts_ms.size(); ++i) {
    starts.push_back(alignment.starts_ms[i] / 1000.0);
    ends.push_back((alignment.starts_ms[i] + alignment.durations_ms[i]) / 1000.0);
  }
  return dumped({{"characters", alignment.characters},
                 {"character_start_times_seconds", std::move(starts)},
                 {"character_end_times_seconds", std::move(ends)}});
}

/// The end of every message. All clients read contextId; the service itself says context_id of late.
std::string closing(const Address& address) {
  if (address.mode == Mode::kSingle) return "}";
  const auto context = json::quoted(address.context);
  return R"(,"contextId":)" + context + R"(,"context_id":)" + context + "}";
}

}  // namespace

std::string audio_message(const Address& address, std::span<const std::byte> audio, const Alignments* alignments) {
  const auto written = alignments == nullptr ? "null" : stream_alignment(alignments->written);
  const auto spoken = alignments == nullptr ? "null" : stream_alignment(alignments->spoken);
  return R"({"audio":")" + json::base64(audio) + R"(","isFinal":null,"alignment":)" + written +
         R"(,"normalizedAlignment":)" + spoken + closing(address);
}

std::string final_message(const Address& address) {
  return R"({"audio":null,"isFinal":true,"alignment":null,"normalizedAlignment":null)" + closing(address);
}

std::string error_message(const Address& address, const Error& error) {
  return R"({"message":)" + json::quoted(error.message) + R"(,"error":)" + json::quoted(code_of(error.code)) +
         R"(,"code":)" + std::to_string(close_code_of(error.code)) + closing(address);
}

std::string timed_speech(std::span<const std::byte> audio, const Alignments* alignments) {
  return std::string(kTimedSpeechBegin) + json::base64(audio) + timed_speech_end(alignments);
}

std::string timed_speech_end(const Alignments* alignments) {
  const auto written = alignments == nullptr ? "null" : timed_alignment(alignments->written);
  const auto spoken = alignments == nullptr ? "null" : timed_alignment(alignments->spoken);
  return R"(","alignment":)" + written + R"(,"normalized_alignment":)" + spoken + "}";
}

}  // namespace antiphon::protocol::elevenlabs
