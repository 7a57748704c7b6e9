#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "delivery/voice_directory.h"
#include "http/message.h"

/// What there is to choose from, in the shape that each client reads.
namespace antiphon::api {

/// OpenAI's list of models; ElevenLabs' where its key was sent, with the most characters that its requests may have.
[[nodiscard]] http::Response models_answer(const delivery::VoiceDirectory& voices, const http::Request& request,
                                           std::size_t max_characters);
/// One of OpenAI's, or 404.
[[nodiscard]] http::Response model_answer(std::string_view id, const http::Request& request);
[[nodiscard]] http::Response speech_models_answer();
[[nodiscard]] http::Response speech_voices_answer(const delivery::VoiceDirectory& voices);
[[nodiscard]] http::Response voices_answer(const delivery::VoiceDirectory& voices);
/// One of them by any of its names, or 404.
[[nodiscard]] http::Response voice_answer(const delivery::VoiceDirectory& voices, std::string_view name);
/// What the interface is.
[[nodiscard]] http::Response root_answer();

/// Whether it comes from a client of ElevenLabs.
[[nodiscard]] bool is_elevenlabs(const http::Request& request);

}  // namespace antiphon::api
