#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "phonemizer/error.h"

/// Text to phonemes by espeak-ng, in the form that Piper voices were trained on.
namespace antiphon::phonemizer {

constexpr std::size_t kMaxTextBytes = 65'536;

/// Where set-up put the library and the data that belongs to it.
[[nodiscard]] std::filesystem::path default_library();
[[nodiscard]] std::filesystem::path default_data();

struct Options {
  std::filesystem::path library = default_library();
  std::filesystem::path data = default_data();  ///< The folder espeak-ng-data itself.
};

/// What espeak-ng speaks in one breath.
struct Clause {
  std::u32string phonemes;  ///< International Phonetic Alphabet, decomposed (NFD), without language switches.
  char32_t terminator = 0;  ///< What ended it, one of . , ? ! ; : or 0 for the end of the text and other marks.
  friend bool operator==(const Clause&, const Clause&) = default;
};

/// The phonemes of one segment as a Piper voice reads them: each clause followed by its terminator; a space after a
/// comma, a colon and a semicolon as in piper-tts, and between any two clauses that both have phonemes, where
/// piper-tts begins a new sentence (or runs two words together, after an ellipsis).
[[nodiscard]] std::u32string join(std::span<const Clause> clauses);

/// The code points of a text, decomposed (NFD), as voices read it that were trained on characters. Malformed sequences
/// and control characters become spaces.
[[nodiscard]] std::u32string decomposed(std::string_view utf8);

/// Whether signs that are spoken as one, such as those of an affricate or a diphthong, have kTie between them.
enum class Ties : std::uint8_t { kNone, kMarked };
inline constexpr char32_t kTie = U'^';

/// The library, opened at run time. Its state belongs to the process: calls of several threads take turns, so each
/// result depends on its arguments alone. A copy is a reference.
class Phonemizer {
 public:
  /// Errors: kLibraryNotFound, kDataNotFound, kOtherLibrary.
  [[nodiscard]] static Result<Phonemizer> open(const Options& options = {});

  /// `text` is UTF-8; malformed sequences and control characters separate words. `voice` is espeak-ng's name of a
  /// language or accent, for example en-us. Errors: kUnknownVoice, kTextTooLong.
  [[nodiscard]] Result<std::vector<Clause>> phonemise(std::string_view text, const std::string& voice,
                                                      Ties ties = Ties::kNone) const;

  /// For example espeak-ng-1.52.0.
  [[nodiscard]] std::string version() const;

 private:
  Phonemizer() = default;
};

}  // namespace antiphon::phonemizer
