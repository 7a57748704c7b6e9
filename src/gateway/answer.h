#pragma once

#include <string>
#include <string_view>

#include "gateway/voice_directory.h"
#include "http/message.h"
#include "protocol/openai/error.h"

namespace antiphon::gateway {

/// `error` in OpenAI's shape, with its status and, where coming back helps, the time to wait.
[[nodiscard]] http::Response error_answer(const protocol::openai::Error& error, const std::string& request_id);

[[nodiscard]] http::Response json_answer(unsigned status, std::string body, const std::string& request_id);

/// Says which voices there are instead; `name` is shortened and is the client's own.
[[nodiscard]] std::string unknown_voice(const VoiceDirectory& voices, std::string_view name);

}  // namespace antiphon::gateway
