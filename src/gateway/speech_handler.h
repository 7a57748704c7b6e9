#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "codec/encoder.h"
#include "gateway/cell.h"
#include "gateway/voice_directory.h"
#include "http/responder.h"
#include "protocol/openai/error.h"
#include "runtime/thread_pool.h"
#include "text/segmenter.h"

namespace antiphon::gateway {

struct SpeechHandlerOptions {
  text::Options segmentation{};   ///< Its speed is replaced by the request's.
  std::size_t max_streams = 256;  ///< Live at once, 1 or more; the next one is answered 503.
};

/// Answers POST /v1/audio/speech: checks the request, opens a stream of the cell and sends its audio as it is
/// rendered. 200 goes out with the first audio; what fails later ends the body without its last chunk. Lives on the
/// event loop; resampling and encoding run on `encoders`, one strand a stream.
class SpeechHandler {
 public:
  SpeechHandler(Cell& cell, const VoiceDirectory& voices, runtime::ThreadPool& encoders, runtime::Clock& clock,
                SpeechHandlerOptions options);

  [[nodiscard]] runtime::Awaitable<> handle(const http::Request& request, const std::string& request_id,
                                            http::Responder& responder);

 private:
  struct Order {
    SpeechSpec spec;
    codec::Format format = codec::Format::kPcm;
  };
  [[nodiscard]] std::expected<Order, protocol::openai::Error> order(const http::Request& request) const;

  Cell& cell_;
  const VoiceDirectory& voices_;
  runtime::ThreadPool& encoders_;
  runtime::Clock& clock_;
  SpeechHandlerOptions options_;
};

}  // namespace antiphon::gateway
