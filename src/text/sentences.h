#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "text/characters/signs.h"

namespace antiphon::text {

/// Inside text/ only.
struct Sentence {
  /// What it ends with, besides its own last mark.
  enum class End : std::uint8_t {
    kMark,     ///< Nothing.
    kSign,     ///< A sign that parts segments: what follows is no part of it.
    kProsody,  ///< The same, but what it says goes on in another prosody, without a pause.
  };

  std::string_view text;
  base::Duration pause_before{};  ///< That the text asks for before it, where nothing is before it.
  base::Duration pause{};         ///< That the text asks for behind it; 0: none.
  characters::Prosody prosody{};
  End end = End::kMark;
};

/// What the part of a text before a place says of what follows.
struct SentenceState {
  characters::Prosody prosody{};
  base::Duration pause{};  ///< Before the next sentence.
};

/// Whether `text` ends in a full stop of which only the next word says whether it ends a sentence: "James T.", "5
/// p.m.".
[[nodiscard]] bool is_judged_by_next_word(std::string_view text);

/// The sentences of `text` in order, without the white space between them, none empty. A full
/// stop after an abbreviation or an initial ends none; the end of a paragraph (a newline) and a sign that parts
/// segments always do. `state` is what was said before, and becomes what holds behind the text.
[[nodiscard]] std::vector<Sentence> sentences(std::string_view text, SentenceState& state);

}  // namespace antiphon::text
