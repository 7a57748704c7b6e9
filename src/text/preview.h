#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "text/characters/signs.h"
#include "text/markup/cleaner.h"
#include "text/segmenter.h"
#include "text/text.h"

/// What would be spoken for a text, for people who want to see it. Pure.
namespace antiphon::text {

struct Preview {
  struct Word {
    std::string spoken;
    /// Where it stands in Segment::text, in code points; nullopt where several are said for one that is written.
    std::optional<std::size_t> begin;
  };
  struct Segment {
    std::string text;    ///< As it is written; phonemes stand between slashes.
    std::string spoken;  ///< What an engine gets, likewise.
    std::string plan;    ///< The same with the private signs around phonemes (characters/signs.h).
    std::vector<Word> words;
    bool speakable = true;  ///< Whether there is anything to say in it.
    base::Duration pause_before{};
    base::Duration pause_after{};
    characters::Prosody prosody{};
  };
  struct LeftOut {
    markup::LeftOut::Why why = markup::LeftOut::Why::kTag;
    std::string text;  ///< The first bytes of it.
  };
  static constexpr std::size_t kLongestLeftOut = 120;  ///< In bytes.

  std::vector<Segment> segments;
  std::vector<LeftOut> left_out;     ///< The first markup::Clean::kMostLeftOut.
  std::size_t further_left_out = 0;  ///< Number of the others.
};

/// "tag", "unknown_tag", "comment", "link", "address", "emoji" or "action".
[[nodiscard]] std::string_view name_of(markup::LeftOut::Why why);

/// What Utterance makes of a whole text. Errors: kInvalidUtf8.
[[nodiscard]] Result<Preview> preview(std::string_view utf8, const Options& options);

}  // namespace antiphon::text
