#include "phonemizer/foreign.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "phonemizer/pieces.h"

namespace antiphon::phonemizer {
namespace {

constexpr UChar32 kFirstUnusual = 0x180;  ///< Behind the letters of Western Europe.
constexpr std::string_view kNamedMarks = "%&#@*";
constexpr UChar32 kFirstWide = 0x3000;
constexpr UChar32 kZeroWidthJoiner = 0x200D;
/// Phonemes of a letter that is read as part of a word, at most, and what a run may have beside.
constexpr std::size_t kPerLetterTimes10 = 34;
constexpr std::size_t kPerRun = 4;
constexpr std::size_t kPerName = 14;  ///< Phonemes of a sign's name.
/// Phonemes that a text may spend on what is not read as words.
constexpr std::size_t kAllowance = 100;
constexpr std::size_t kAllowancePerCharacter = 1;
/// A run of so few letters may be meant as letters.
constexpr std::size_t kLetters = 2;

std::uint32_t mask_of(UChar32 c) { return U_GET_GC_MASK(c); }
bool is_letter(UChar32 c) { return (mask_of(c) & U_GC_L_MASK) != 0; }
bool is_attached(UChar32 c) { return (mask_of(c) & (U_GC_M_MASK | U_GC_CF_MASK | U_GC_SK_MASK)) != 0; }
/// What espeak-ng may read out by its name. Marks that part clauses are none.
bool is_sign(UChar32 c) {
  const auto mask = mask_of(c);
  return (mask & U_GC_S_MASK) != 0 ||
         ((mask & U_GC_PO_MASK) != 0 && (c >= 0x80 || kNamedMarks.contains(static_cast<char>(c))));
}
/// Letters and digits of the mathematical alphabets.
bool is_styled(UChar32 c) { return c >= 0x1D400 && c <= 0x1D7FF; }

UChar32 take(std::string_view utf8, std::size_t& at) {
  UChar32 c = 0;
  U8_NEXT(utf8, at, utf8.size(), c);
  return c;
}

enum class Kind : std::uint8_t { kOther, kLetters, kSigns };

Kind kind_of(UChar32 c) {
  if (is_letter(c) || is_styled(c)) return Kind::kLetters;
  return is_sign(c) ? Kind::kSigns : Kind::kOther;
}

/// Letters or signs in a row, with what belongs to them.
struct Run {
  Kind kind = Kind::kOther;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t first_end = 0;  ///< Of its first character, with its marks.
  std::size_t characters = 0;
  std::size_t weight = 0;  ///< A wide character counts as three.
  bool unusual = false;    ///< It has more than the letters of Western Europe.
};

/// Moves `at` behind the run that begins there; what is neither letter nor sign is a run of its own.
Run take_run(std::string_view utf8, std::size_t& at) {
  Run run{.begin = at};
  bool joined = false;
  while (at < utf8.size()) {
    auto next = at;
    const auto c = take(utf8, next);
    const bool first = run.characters == 0;
    const bool attached = !first && (is_attached(c) || joined);
    if (first) run.kind = kind_of(c);
    if (!first && !attached && kind_of(c) != run.kind) break;
    at = next;
    if (attached ? run.characters == 1 : first) run.first_end = at;
    joined = c == kZeroWidthJoiner;
    if (!attached) ++run.characters;
    run.weight += c >= kFirstWide && c < 0x10000 ? 3 : 1;
    run.unusual = run.unusual || c >= kFirstUnusual;
    if (run.kind == Kind::kOther) break;
  }
  run.end = at;
  return run;
}

std::string normalised(const icu::Normalizer2* by, std::string_view utf8, UErrorCode& status) {
  std::string out;
  if (U_FAILURE(status) != 0) return out;
  icu::StringByteSink<std::string> sink(&out);
  by->normalizeUTF8(0, {utf8.data(), static_cast<std::int32_t>(utf8.size())}, sink, nullptr, status);
  return out;
}

std::string compatible(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  auto out = normalised(icu::Normalizer2::getNFKCInstance(status), utf8, status);
  return U_FAILURE(status) != 0 ? std::string(utf8) : out;
}

/// Latin letters without their marks; other letters as they are.
std::string without_accents(std::string_view utf8) {
  UErrorCode status = U_ZERO_ERROR;
  const auto apart = normalised(icu::Normalizer2::getNFKDInstance(status), utf8, status);
  if (U_FAILURE(status) != 0) return std::string(utf8);
  std::string out;
  for (std::size_t at = 0; at < apart.size();) {
    const auto begin = at;
    const auto c = take(apart, at);
    UErrorCode unknown = U_ZERO_ERROR;
    if (is_letter(c) && uscript_getScript(c, &unknown) != USCRIPT_LATIN) return std::string(utf8);
    if (!is_attached(c)) out.append(apart, begin, at - begin);
  }
  return out;
}

class Reader {
 public:
  Reader(std::string_view utf8, const CountPhonemes& count) : text_(utf8), out_(utf8), count_(count) {
    std::size_t characters = 0;
    for (std::size_t at = 0; at < utf8.size(); ++characters) take(utf8, at);
    allowance_ = kAllowance + kAllowancePerCharacter * characters;
  }

  std::string read() && {
    for (std::size_t at = 0; at < text_.size();) {
      const auto run = take_run(text_, at);
      if (is_doubtful(run)) {
        replace(run);
      } else if (run.kind == Kind::kLetters) {
        follows_foreign_ = false;
      }
    }
    return std::move(out_);
  }

 private:
  /// Whether espeak-ng is to be asked.
  static bool is_doubtful(const Run& run) {
    return run.kind == Kind::kLetters ? run.unusual : run.kind == Kind::kSigns && (run.unusual || run.characters > 2);
  }

  /// Phonemes of what may be long, piece by piece.
  [[nodiscard]] std::size_t phonemes_of(std::string_view utf8) const {
    std::size_t sum = 0;
    for (const auto piece : pieces(utf8)) sum += count_(piece);
    return sum;
  }

  [[nodiscard]] bool is_read(std::string_view utf8, const Run& run) const {
    const auto beside = run.kind == Kind::kSigns ? kPerName : kPerRun;
    return phonemes_of(utf8) <= beside + run.weight * kPerLetterTimes10 / 10;
  }

  void put(const Run& run, std::string_view utf8) {
    const auto place = out_.begin() + static_cast<std::ptrdiff_t>(run.begin);
    std::fill(std::ranges::copy(utf8, place).out, place + static_cast<std::ptrdiff_t>(run.end - run.begin), ' ');
  }

  void replace(const Run& run) {
    const auto original = text_.substr(run.begin, run.end - run.begin);
    const bool styled = has_styled(original);
    if (!styled && is_read(original, run)) return keep(run, original);
    for (const auto& other : {compatible(original), without_accents(original)}) {
      if (other == original || other.empty() || other.size() > original.size()) continue;
      if (styled || is_read(other, run)) return keep(run, other);
    }
    substitute(run, original);
  }

  /// It is read as it is; of signs there may be only so many.
  void keep(const Run& run, std::string_view utf8) {
    if (run.kind == Kind::kSigns) return spend(run, utf8);
    follows_foreign_ = false;
    put(run, utf8);
  }

  void spend(const Run& run, std::string_view utf8) {
    const auto phonemes = phonemes_of(utf8);
    const bool affordable = phonemes <= allowance_;
    if (affordable) allowance_ -= phonemes;
    put(run, affordable ? utf8 : std::string_view());
  }

  static bool has_styled(std::string_view utf8) {
    for (std::size_t at = 0; at < utf8.size();) {
      if (is_styled(take(utf8, at))) return true;
    }
    return false;
  }

  /// The run itself where it is short, or its first character; or nothing.
  void substitute(const Run& run, std::string_view original) {
    const bool again = run.kind == Kind::kLetters && std::exchange(follows_foreign_, true);
    if (run.characters <= kLetters) return spend(run, original);
    if (again) return put(run, {});
    spend(run, text_.substr(run.begin, run.first_end - run.begin));
  }

  std::string_view text_;
  std::string out_;
  const CountPhonemes& count_;
  std::size_t allowance_ = 0;
  bool follows_foreign_ = false;  ///< The letters before were not read as words.
};

}  // namespace

std::string without_foreign(std::string_view utf8, const CountPhonemes& count) {
  const auto is_unusual = [](char byte) { return (static_cast<unsigned char>(byte) & 0x80U) != 0; };
  const auto is_ascii_sign = [](char byte) { return is_sign(static_cast<UChar32>(static_cast<unsigned char>(byte))); };
  if (std::ranges::none_of(utf8, is_unusual) && std::ranges::none_of(utf8, is_ascii_sign)) return std::string(utf8);
  return Reader(utf8, count).read();
}

}  // namespace antiphon::phonemizer
