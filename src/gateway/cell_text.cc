#include "gateway/cell.h"

// Text that comes in pieces.

namespace antiphon::gateway {

text::Result<void> Cell::add_text(SpeechStream& stream, std::string_view utf8) {
  const bool was_idle = stream.idle();
  auto taken = stream.utterance().append(utf8);
  if (was_idle) stream.resumed(clock_.now());
  report_text(stream);
  act();
  return taken;
}

void Cell::flush_text(SpeechStream& stream) {
  if (stream.idle()) stream.resumed(clock_.now());
  stream.utterance().flush();
  report_text(stream);
  act();
}

void Cell::end_text(SpeechStream& stream) {
  if (stream.idle()) stream.resumed(clock_.now());
  stream.utterance().finish();
  report_text(stream);
  act();
}

void Cell::report_text(SpeechStream& stream) {
  if (!stream.is_under_way()) return;
  if (stream.utterance().next() != nullptr) {
    scheduler_.text_arrived(stream.id(), expected_left(stream), clock_.now());
  } else if (stream.utterance().finished()) {
    scheduler_.text_ended(stream.id(), clock_.now());
  }
}

}  // namespace antiphon::gateway
