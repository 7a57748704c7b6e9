#pragma once

#include <string>

#include "delivery/voice_directory.h"
#include "protocol/wyoming/client_event.h"
#include "protocol/wyoming/server_event.h"

namespace antiphon::api::wyoming {

/// What "describe" is answered with.
[[nodiscard]] protocol::wyoming::ProgramInfo program_info(const delivery::VoiceDirectory& voices);

/// The name under which the directory knows what is wanted: one by name and speaker, which it may not know; or the
/// first of a language ("en" finds en-GB, and en_gb too; de-AT finds de-DE where there is none of Austria); or the
/// default voice, also where a language was named that no voice speaks.
[[nodiscard]] std::string voice_name(const delivery::VoiceDirectory& voices,
                                     const protocol::wyoming::VoiceChoice& choice);

}  // namespace antiphon::api::wyoming
