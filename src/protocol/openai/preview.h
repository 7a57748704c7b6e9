#pragma once

#include <string>

#include "text/preview.h"

namespace antiphon::protocol::openai {

/// Answer to POST /v1/text, an extension of ours whose body is that of a speech request: `{"segments":[{"text",
/// "spoken","words":[{"spoken","begin"}],"speakable","pause_before_seconds","pause_after_seconds","rate","volume_db"}],
/// "left_out":[{"why","text"}],"further_left_out"}`.
[[nodiscard]] std::string preview_body(const text::Preview& preview);

}  // namespace antiphon::protocol::openai
