#include "gateway/cell.h"

// Text that comes in pieces.

namespace antiphon::gateway {

text::Result<void> Cell::add_text(SpeechStream& stream, std::string_view utf8) {
  const bool was_idle = stream.idle();
  auto taken = stream.utterance().append(utf8);
  if (was_idle) stream.progressed(clock_.now());
  tell_text(stream);
  return taken;
}

void Cell::flush_text(SpeechStream& stream) {
  if (stream.idle()) stream.progressed(clock_.now());
  stream.utterance().flush();
  tell_text(stream);
}

void Cell::end_text(SpeechStream& stream) {
  if (stream.idle()) stream.progressed(clock_.now());
  stream.utterance().finish();
  tell_text(stream);
}

void Cell::tell_text(SpeechStream& stream) {
  if (stream.end() != SpeechStream::End::kNotYet) return;
  if (stream.utterance().next() != nullptr) {
    scheduler_.text_arrived(stream.id(), {}, clock_.now());
  } else if (stream.utterance().finished()) {
    scheduler_.text_ended(stream.id(), clock_.now());
  }
  act();
}

}  // namespace antiphon::gateway
