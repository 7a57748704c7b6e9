#include "text/pronunciation/dictionary.h"

#include <algorithm>
#include <utility>

#include "base/sha256.h"
#include "text/characters/characters.h"
#include "text/characters/signs.h"
#include "text/pronunciation/phonemes.h"

namespace antiphon::text::pronunciation {
namespace {

using characters::is_word;

bool begins_with_word(std::string_view text) {
  std::size_t at = 0;
  return !text.empty() && is_word(characters::decode_next(text, at));
}

bool ends_with_word(std::string_view text) {
  auto at = text.size();
  return at > 0 && is_word(characters::decode_previous(text, at));
}

std::string folded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    characters::append(out, characters::to_lower(characters::decode_next(text, at)));
  }
  return out;
}

/// The end of the word at the begin of `text`, or of its first sign.
std::size_t first_end(std::string_view text) {
  std::size_t at = 0;
  if (text.empty() || !is_word(characters::decode_next(text, at))) return at;
  while (at < text.size()) {
    auto next = at;
    if (!is_word(characters::decode_next(text, next))) break;
    at = next;
  }
  return at;
}

/// The end of what `entry` matches at the begin of `text`; 0 where it does not. Letters may change their length when
/// they become small ones, so that both are walked.
std::size_t matched(std::string_view text, std::string_view entry, Case letters) {
  std::size_t in_text = 0;
  for (std::size_t at = 0; at < entry.size();) {
    if (in_text >= text.size()) return 0;
    const char32_t wanted = characters::decode_next(entry, at);
    const char32_t there = characters::decode_next(text, in_text);
    if (wanted != (letters == Case::kAny ? characters::to_lower(there) : there)) return 0;
  }
  return ends_with_word(entry) && begins_with_word(text.substr(in_text)) ? 0 : in_text;
}

/// The phonemes of "/.../"; nothing where it has no slashes.
std::optional<std::string_view> phonemes_of(std::string_view spoken) {
  if (spoken.size() < 2 || !spoken.starts_with('/') || !spoken.ends_with('/')) return std::nullopt;
  return spoken.substr(1, spoken.size() - 2);
}

std::optional<std::string> complaint_of(std::string_view written, std::string_view spoken) {
  if (written.empty()) return "has no word";
  if (spoken.empty()) return "says nothing";
  if (written.size() > kMostWrittenBytes) return "has a word of more than 256 bytes";
  if (spoken.size() > kMostSpokenBytes) return "says more than 1,024 bytes";
  if (!begins_with_word(written) && !std::string_view("@#&.$").contains(written.front())) {
    return "begins with a sign; a word begins with a letter, a digit or one of @ # & . $";
  }
  const auto phonemes = phonemes_of(spoken);
  if (!phonemes) return std::nullopt;
  if (characters::trimmed(*phonemes).empty()) return "has no phonemes between its slashes";
  if (const auto bad = find_bad_sign(*phonemes)) {
    return "has the sign '" + bad->sign + "' at character " + std::to_string(bad->character) +
           " of its phonemes, which stands for no sound";
  }
  return std::nullopt;
}

/// With the signs that enclose phonemes in the place of the slashes; without those that a client may not send.
std::string as_signs(std::string_view spoken) {
  const auto phonemes = phonemes_of(spoken);
  std::string out;
  if (phonemes) characters::append(out, characters::kPhonemesBegin);
  const auto said = phonemes.value_or(spoken);
  for (std::size_t at = 0; at < said.size();) {
    const auto begin = at;
    if (!characters::is_private_sign(characters::decode_next(said, at))) out += said.substr(begin, at - begin);
  }
  if (phonemes) characters::append(out, characters::kPhonemesEnd);
  return out;
}

}  // namespace

Result<std::shared_ptr<const Dictionary>> Dictionary::make(std::span<const Entry> entries) {
  if (entries.size() > kMostEntries) {
    return std::unexpected(Error{.entry = kMostEntries, .message = "is one more than the 20,000 that there may be"});
  }
  auto dictionary = std::make_shared<Dictionary>();
  std::string all;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto written = characters::trimmed(entries[i].written);
    const auto spoken = characters::trimmed(entries[i].spoken);
    if (auto complaint = complaint_of(written, spoken)) {
      return std::unexpected(Error{.entry = i, .message = std::move(*complaint)});
    }
    for (const auto& part : {written, spoken}) all += std::to_string(part.size()) + ":" + std::string(part);
    all += entries[i].letters == Case::kExact ? "!" : "?";
    dictionary->add({.folded = folded(written),
                     .written = std::string(written),
                     .spoken = as_signs(spoken),
                     .letters = entries[i].letters});
  }
  dictionary->identity_ = base::sha256_hex(all);
  return dictionary;
}

void Dictionary::add(Stored entry) {
  auto& stored = by_first_[entry.folded.substr(0, first_end(entry.folded))];
  const auto same = std::ranges::find_if(stored, [&](const Stored& other) {
    return entry.letters == other.letters &&
           (entry.letters == Case::kExact ? entry.written == other.written : entry.folded == other.folded);
  });
  if (same != stored.end()) {
    *same = std::move(entry);
    return;
  }
  ++size_;
  // Of the same letters those that match exactly come first.
  const auto behind = std::ranges::find_if(stored, [&](const Stored& other) {
    if (other.folded.size() != entry.folded.size()) return other.folded.size() < entry.folded.size();
    return entry.letters == Case::kExact && other.letters == Case::kAny;
  });
  stored.insert(behind, std::move(entry));
}

std::optional<Dictionary::Match> Dictionary::find(std::string_view text, std::size_t at) const {
  if (size_ == 0 || at >= text.size()) return std::nullopt;
  const auto rest = text.substr(at);
  auto before = at;
  if (begins_with_word(rest) && at > 0 && is_word(characters::decode_previous(text, before))) return std::nullopt;
  const auto found = by_first_.find(folded(rest.substr(0, std::min(first_end(rest), kMostWrittenBytes))));
  if (found == by_first_.end()) return std::nullopt;
  for (const auto& entry : found->second) {
    const auto& wanted = entry.letters == Case::kAny ? entry.folded : entry.written;
    if (const auto length = matched(rest, wanted, entry.letters); length > 0) {
      return Match{.end = at + length, .spoken = entry.spoken};
    }
  }
  return std::nullopt;
}

}  // namespace antiphon::text::pronunciation
