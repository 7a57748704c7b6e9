#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/elevenlabs/spoken_text.h"
#include "delivery/http_sink.h"
#include "protocol/json/base64.h"

namespace antiphon::api::elevenlabs {

/// An HTTP answer of ElevenLabs' interface with the audio and the times of its characters, as JSON. Both shapes are
/// sent while the audio is rendered, so that no answer has to be held as a whole.
class TimedSink final : public delivery::HttpSink {
 public:
  enum class Shape : std::uint8_t {
    kObject,  ///< One, whose alignment comes behind all audio.
    kLines,   ///< One a line, each with a piece of audio and the segments that begin in it.
  };

  /// `rate`: of the output. `text`: as the client wrote it.
  TimedSink(http::Responder& responder, http::Headers headers, ErrorAnswer error_answer, Shape shape,
            base::SampleRate rate, std::string_view text)
      : delivery::HttpSink(responder, std::move(headers), std::move(error_answer)),
        shape_(shape),
        text_(rate, SpokenText::Origin::kStream) {
    text_.wrote(text);
  }

  void opened(dispatch::SpeechStream& stream) override { text_.follow(stream); }
  runtime::Awaitable<bool> write(std::span<const std::byte> bytes, base::SampleCount through) override;
  runtime::Awaitable<bool> complete() override;

 private:
  [[nodiscard]] std::string next_of_object(std::span<const std::byte> bytes);
  /// Of kObject.
  void add(std::optional<protocol::elevenlabs::Alignments> alignments);

  Shape shape_;
  SpokenText text_;
  protocol::json::Base64 base64_;
  std::optional<protocol::elevenlabs::Alignments>
      all_{};  ///< The alignments of kObject; bounded with the text of a request.
};

}  // namespace antiphon::api::elevenlabs
