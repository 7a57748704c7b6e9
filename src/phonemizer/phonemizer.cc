#include "phonemizer/phonemizer.h"

#include <unicode/normalizer2.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>

#include "phonemizer/espeak_library.h"
#include "phonemizer/foreign.h"
#include "phonemizer/pieces.h"
#include "phonemizer/terminator.h"
#include "process/installation.h"

namespace antiphon::phonemizer {
namespace {

constexpr int kIpa = 0x02;
/// espeak-ng puts the sign in bits 8 and up between signs that are one.
constexpr int kTied = kIpa | 0x80 | static_cast<int>(kTie) << 8;
constexpr std::size_t kMaxVoiceName = 64;

/// espeak-ng's own state is the process's, so ours is too.
struct Process {
  std::mutex turn;
  std::optional<EspeakLibrary> library;
  Options options;
};

Process& process() {
  static Process only;
  return only;
}

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

/// Code points of a text; malformed sequences and control characters, which espeak-ng would obey, become spaces.
std::u32string decode(std::string_view text) {
  std::u32string decoded;
  decoded.reserve(text.size());
  const auto length = static_cast<std::int32_t>(text.size());
  for (std::int32_t i = 0; i < length;) {
    UChar32 c = 0;
    U8_NEXT(text, i, length, c);
    const bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
    decoded.push_back(control ? U' ' : static_cast<char32_t>(c));
  }
  return decoded;
}

std::string encode(std::u32string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  for (const auto c : text) {
    std::array<std::uint8_t, U8_MAX_LENGTH> bytes{};
    std::int32_t size = 0;
    U8_APPEND_UNSAFE(bytes, size, static_cast<UChar32>(c));
    encoded.append(bytes.begin(), bytes.begin() + size);
  }
  return encoded;
}

/// Drops "(en)", "(de)" and the like, with which espeak-ng marks words of another language.
std::u32string without_switches(std::u32string_view phonemes) {
  std::u32string kept;
  while (!phonemes.empty()) {
    const auto open = phonemes.find(U'(');
    const auto close = open == std::u32string_view::npos ? open : phonemes.find(U')', open);
    if (close == std::u32string_view::npos) break;
    const auto begin = close > open + 1 ? open : close + 1;
    kept += phonemes.substr(0, begin);
    phonemes.remove_prefix(close + 1);
  }
  return kept.append(phonemes);
}

/// What espeak-ng made of the text that it read for one clause.
struct Spoken {
  std::string_view text;
  std::u32string phonemes;  ///< Without switches of language.
  Stop stop = Stop::kAtEnd;
};

/// espeak-ng keeps what it read beyond the end of a text such as "s.." and speaks it before the next one. Here it does
/// so for nobody.
void forget_last_text(const EspeakLibrary& library) {
  const void* space = " ";
  static_cast<void>(library.text_to_phonemes(&space, espeakCHARS_UTF8, kIpa));
}

/// How a piece is read.
struct Manner {
  Indian indian = Indian::kForeign;
  Ties ties = Ties::kNone;
};

/// Hands each clause of a piece to `take`.
template <class Take>
void read_piece(const EspeakLibrary& library, std::string_view piece, const Manner& manner, const Take& take) {
  const auto text = without_loose_hyphens(piece, manner.indian);
  const char* const end = text.data() + text.size();
  forget_last_text(library);
  for (const char* begin = text.data(); begin != nullptr;) {
    const void* next = begin;
    const char* const ipa =
        library.text_to_phonemes(&next, espeakCHARS_UTF8, manner.ties == Ties::kMarked ? kTied : kIpa);
    const auto stop = next == nullptr ? Stop::kAtEnd : Stop::kWithin;
    const char* const until = next == nullptr ? end : std::min(static_cast<const char*>(next), end);
    const auto place = static_cast<std::size_t>(begin - text.data());
    take(Spoken{.text = piece.substr(place, static_cast<std::size_t>(until - begin)),
                .phonemes = without_switches(decode(ipa == nullptr ? "" : ipa)),
                .stop = stop});
    // One that does not go on would not end.
    begin = stop == Stop::kAtEnd || until <= begin ? nullptr : until;
  }
}

std::size_t count_phonemes(const EspeakLibrary& library, std::string_view piece, Indian indian) {
  std::size_t count = 0;
  read_piece(library, piece, {.indian = indian}, [&](const Spoken& spoken) { count += spoken.phonemes.size(); });
  return count;
}

std::u32string decompose(const std::u32string& text) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* const nfd = icu::Normalizer2::getNFDInstance(status);
  if (U_FAILURE(status) != 0) return text;
  const auto utf16 = icu::UnicodeString::fromUTF8(encode(text));
  const auto normal = nfd->normalize(utf16, status);
  if (U_FAILURE(status) != 0) return text;
  std::string utf8;
  normal.toUTF8String(utf8);
  return decode(utf8);
}

/// Whether the language of a voice is written in a script of India.
bool is_of_india(std::string_view voice) {
  constexpr std::array<std::string_view, 15> kLanguages = {"as", "bn", "bpy", "gu", "hi", "kn", "kok", "ml",
                                                           "mr", "ne", "or",  "pa", "si", "ta", "te"};
  return std::ranges::find(kLanguages, voice.substr(0, voice.find('-'))) != kLanguages.end();
}

bool is_voice_name(const std::string& name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '+';
  };
  return !name.empty() && name.size() <= kMaxVoiceName && std::ranges::all_of(name, allowed);
}

}  // namespace

std::filesystem::path default_library() { return process::installed("lib/antiphon/libespeak-ng.so.1.52.0"); }
std::filesystem::path default_data() { return process::installed("share/antiphon/espeak-ng-data"); }

std::u32string join(std::span<const Clause> clauses) {
  std::u32string joined;
  for (const auto& clause : clauses) {
    if (!clause.phonemes.empty() && !joined.empty() && joined.back() != U' ') joined += U' ';
    joined += clause.phonemes;
    if (clause.terminator == 0) continue;
    joined += clause.terminator;
    if (clause.terminator == U',' || clause.terminator == U':' || clause.terminator == U';') joined += U' ';
  }
  return joined;
}

std::u32string decomposed(std::string_view utf8) { return decompose(decode(utf8)); }

Result<Phonemizer> Phonemizer::open(const Options& options) {
  auto& only = process();
  const std::lock_guard turn(only.turn);
  if (only.library) {
    if (only.options.library == options.library && only.options.data == options.data) return Phonemizer();
    return failure(Errc::kOtherLibrary, only.options.library.string() + " with " + only.options.data.string() +
                                            " is in use in this process already");
  }
  auto library = EspeakLibrary::open(options.library, options.data);
  if (!library) return std::unexpected(std::move(library.error()));
  only.library = std::move(*library);
  only.options = options;
  return Phonemizer();
}

Result<std::vector<Clause>> Phonemizer::phonemise(std::string_view text, const std::string& voice, Ties ties) const {
  if (text.size() > kMaxTextBytes) {
    return failure(Errc::kTextTooLong, "the text has more than " + std::to_string(kMaxTextBytes) + " bytes");
  }
  if (!is_voice_name(voice)) return failure(Errc::kUnknownVoice, "the name of espeak-ng's voice is malformed");
  const auto indian = is_of_india(voice) ? Indian::kOwn : Indian::kForeign;
  const auto pictographs = voice.starts_with("en") ? Pictographs::kNamed : Pictographs::kSilent;
  const auto clean = without_unsafe_signs(encode(decode(text)), pictographs);
  auto& only = process();
  const std::lock_guard turn(only.turn);
  const auto& library = *only.library;
  // Anew for every text: what espeak-ng remembers of the last one would change the next.
  if (library.set_voice_by_name(voice.c_str()) != EE_OK) {
    return failure(Errc::kUnknownVoice, "espeak-ng has no voice " + voice);
  }
  bool asked = false;
  const auto readable = without_foreign(clean, [&](std::string_view utf8) {
    asked = true;
    return count_phonemes(library, utf8, indian);
  });
  if (asked) static_cast<void>(library.set_voice_by_name(voice.c_str()));
  std::vector<Clause> clauses;
  for (const auto piece : pieces(readable)) {
    read_piece(library, piece, {.indian = indian, .ties = ties}, [&](const Spoken& spoken) {
      clauses.push_back(
          {.phonemes = decompose(spoken.phonemes), .terminator = terminator_of(decode(spoken.text), spoken.stop)});
    });
  }
  return clauses;
}

std::string Phonemizer::version() const {
  auto& only = process();
  const std::lock_guard turn(only.turn);
  const auto& full = only.library->version;
  return "espeak-ng-" + full.substr(0, full.find(' '));
}

}  // namespace antiphon::phonemizer
