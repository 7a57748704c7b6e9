#include "dispatch/cell.h"

// Text that comes in pieces.

namespace antiphon::dispatch {

text::Result<void> Cell::add_text(SpeechStream& stream, std::string_view utf8) {
  const bool was_idle = stream.idle();
  auto taken = stream.utterance().append(utf8);
  if (was_idle) stream.resumed(clock_.now());
  report_text(stream);
  act();
  return taken;
}

void Cell::flush_text(SpeechStream& stream, text::Flush how) {
  if (stream.idle()) stream.resumed(clock_.now());
  stream.utterance().flush(how);
  report_text(stream);
  act();
}

void Cell::keep_text(SpeechStream& stream) {
  flush_text(stream);
  stream.keep();
}

void Cell::drop_text(SpeechStream& stream) {
  if (stream.idle()) stream.resumed(clock_.now());
  stream.drop_unkept();
  report_text(stream);
  end_where_kept(stream);
  act();
}

void Cell::end_where_kept(SpeechStream& stream) {
  if (stream.end() != SpeechStream::End::kNotYet || !stream.kept_end_reached()) return;
  stream.complete();
  unschedule(stream);
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
    post(coordinator::TextArrived{.stream = stream.id(), .expected = expected_left(stream)});
  } else if (stream.utterance().finished()) {
    post(coordinator::TextEnded{stream.id()});
  }
}

}  // namespace antiphon::dispatch
