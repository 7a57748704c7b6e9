#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"
#include "dispatch/access_note.h"
#include "dispatch/cell.h"
#include "runtime/clock.h"

namespace antiphon::dispatch {

/// A speech whose text comes while it is spoken, as Wyoming's streams and ElevenLabs' sockets have it. On the event
/// loop. SpeechHandler makes it and sends its audio.
class GrowingSpeech {
 public:
  /// What may wait to be planned, in units of text::spoken_length(), before add() waits: some minutes of speech.
  static constexpr std::size_t kMostUnplanned = 4096;

  /// The same for offer(), whose callers cannot wait: all that a model may write at once.
  static constexpr std::size_t kMostOffered = 65'536;

  /// A word or a number that may go on waits so many times as long for its end as the words before it.
  static constexpr int kUnfinishedWord = 5;

  /// `silence`: a text that does not go on for so long is spoken as far as it is, but for its last word where that may
  /// go on, which waits for kUnfinishedWord times as long. `cell` and `clock` outlive it.
  GrowingSpeech(Cell& cell, runtime::Clock& clock, Cell::Handle stream, base::Duration silence);
  GrowingSpeech(const GrowingSpeech&) = delete;
  GrowingSpeech& operator=(const GrowingSpeech&) = delete;
  ~GrowingSpeech() = default;

  /// More text, UTF-8, not after finish(). Waits while much of what came before is not planned yet. False when the
  /// speech is over, or the calling task is cancelled.
  [[nodiscard]] runtime::Awaitable<bool> add(std::string text);
  /// The same without waiting: false, and nothing is taken, where more than kMostOffered is not planned yet.
  [[nodiscard]] bool offer(std::string_view text);
  /// What is there is spoken now, as far as `how` says.
  void flush(text::Flush how = text::Flush::kAll);
  /// What is there is spoken now, all of it, whatever comes.
  void keep();
  /// No more text comes, and what was not kept is not spoken: it stops at the next grain.
  void drop();
  /// No more text comes. Idempotent.
  void finish();
  /// The listener is gone: the work stops at the next grain.
  void leave() { stream_->leave(); }

  [[nodiscard]] SpeechStream& stream() { return *stream_; }

  /// See SpeechOrder::note.
  void set_note(AccessNote* note) { note_ = note; }
  [[nodiscard]] AccessNote* note() const { return note_; }

 private:
  void await_silence();
  void await_word(base::TimePoint since);

  Cell& cell_;
  runtime::Clock& clock_;
  Cell::Handle stream_;
  base::Duration silence_;
  std::unique_ptr<runtime::Timer> timer_;
  AccessNote* note_ = nullptr;
};

}  // namespace antiphon::dispatch
