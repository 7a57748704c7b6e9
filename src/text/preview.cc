#include "text/preview.h"

#include <utility>

#include "text/characters/characters.h"
#include "text/utterance.h"

namespace antiphon::text {
namespace {

/// With slashes for the signs of phonemes, as dictionaries write them, and without other private signs.
std::string shown(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto begin = at;
    const char32_t c = characters::decode_next(text, at);
    const bool slash = c == characters::kPhonemesBegin || c == characters::kPhonemesEnd;
    if (slash) out += '/';
    if (!characters::is_private_sign(c)) out += text.substr(begin, at - begin);
  }
  return out;
}

std::vector<Preview::Word> words_of(const reading::Reading& reading, std::string_view written) {
  const std::string_view spoken = reading.spoken();
  std::vector<Preview::Word> words;
  for (std::size_t at = 0; at < spoken.size();) {
    const auto begin = spoken.find_first_not_of(' ', at);
    if (begin == std::string_view::npos) break;
    at = std::min(spoken.find(' ', begin), spoken.size());
    const auto place = reading.written_place(static_cast<std::uint32_t>(begin), written);
    words.push_back(
        {.spoken = shown(spoken.substr(begin, at - begin)),
         .begin = place ? std::optional(count_code_points(shown(written.substr(0, *place)))) : std::nullopt});
  }
  return words;
}

/// At most kLongestLeftOut bytes of `text`, cut between code points.
std::string beginning(std::string_view text) {
  auto size = std::min(text.size(), Preview::kLongestLeftOut);
  while (size < text.size() && size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) --size;
  return std::string(text.substr(0, size));
}

void add_left_out(std::string_view utf8, const Options& options, Preview& out) {
  if (options.normalise == Normalise::kOff) return;
  markup::Cleaner cleaner(options.markup);
  markup::Clean clean;
  cleaner.append(utf8, clean);
  cleaner.flush(clean);
  for (const auto& one : clean.left_out) {
    out.left_out.push_back({.why = one.why, .text = beginning(utf8.substr(one.begin, one.size))});
  }
  out.further_left_out = clean.further_left_out;
}

}  // namespace

std::string_view name_of(markup::LeftOut::Why why) {
  using enum markup::LeftOut::Why;
  switch (why) {
    case kTag:
      return "tag";
    case kUnknownTag:
      return "unknown_tag";
    case kComment:
      return "comment";
    case kLink:
      return "link";
    case kAddress:
      return "address";
    case kEmoji:
      return "emoji";
    case kAction:
      return "action";
  }
  std::unreachable();
}

Result<Preview> preview(std::string_view utf8, const Options& options) {
  const auto prepared = prepare(utf8, options);
  if (!prepared) return std::unexpected(prepared.error());
  Preview out;
  for (Utterance utterance(*prepared, options); !utterance.finished(); utterance.accepted()) {
    const auto& segment = *utterance.next();
    const auto& reading = *utterance.reading();
    out.segments.push_back({.text = shown(segment.text),
                            .spoken = shown(reading.spoken()),
                            .plan = reading.spoken(),
                            .words = words_of(reading, segment.text),
                            .speakable = speakable(reading.spoken()),
                            .pause_before = segment.pause_before,
                            .pause_after = segment.pause_after,
                            .prosody = segment.prosody});
  }
  add_left_out(utf8, options, out);
  return out;
}

}  // namespace antiphon::text
