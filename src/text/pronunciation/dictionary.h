#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"

/// How an operator or a client wants words to be said. Pure.
namespace antiphon::text::pronunciation {

inline constexpr std::size_t kMostEntries = 20'000;     ///< Most entries of one dictionary.
inline constexpr std::size_t kMostWrittenBytes = 256;   ///< Most bytes of a word or a phrase.
inline constexpr std::size_t kMostSpokenBytes = 1'024;  ///< Most bytes of what is said for it.

/// Which letters of a text an entry's letters match.
enum class Case : std::uint8_t { kAny, kExact };

/// A word or a phrase, and what is said for it.
struct Entry {
  std::string written;
  /// Words in the ordinary spelling of the language ("ANN tih fon"), or phonemes of the International Phonetic Alphabet
  /// between slashes ("/ˈæntɪfən/").
  std::string spoken;
  Case letters = Case::kAny;
};

/// What is wrong with an entry.
struct Error {
  std::size_t entry = 0;  ///< Its number in the order given, from 0 on.
  /// What it is, as the end of a sentence about the entry: "has the sign '5' at character 3, which stands for no
  /// sound".
  std::string message;
};

template <class T>
using Result = base::Result<T, Error>;

/// A set of entries to look words up in. Immutable: every function may be called from any thread.
class Dictionary {
 public:
  /// What an entry matches of a text, and what is said for it.
  struct Match {
    std::size_t end = 0;      ///< Behind the word or phrase, in bytes.
    std::string_view spoken;  ///< Phonemes stand between the signs of characters/signs.h. Valid as the dictionary is.
  };

  /// Errors: an entry is empty, too long, not UTF-8, written with other signs at its begin than a letter, a digit or
  /// one of "@#&.$", or has phonemes with a sign that is none; or there are too many. Of two entries for the same
  /// letters the later one counts.
  [[nodiscard]] static Result<std::shared_ptr<const Dictionary>> make(std::span<const Entry> entries);

  /// Returns the longest entry that matches the whole words of `text` from byte `at` on, where a word begins, or
  /// nullopt if none does. A space in an entry matches one space. `text` is normalised.
  [[nodiscard]] std::optional<Match> find(std::string_view text, std::size_t at) const;

  [[nodiscard]] std::size_t size() const { return size_; }
  /// A hash of the entries, as they were given.
  [[nodiscard]] const std::string& identity() const { return identity_; }

 private:
  struct Stored {
    std::string folded;  ///< What is written, in small letters.
    std::string written;
    std::string spoken;
    Case letters = Case::kAny;
  };

  void add(Stored entry);

  /// By the first word, or the first sign where no word begins; the longest first.
  std::unordered_map<std::string, std::vector<Stored>> by_first_;
  std::size_t size_ = 0;
  std::string identity_;
};

/// Those that apply to a text, in the order in which they are asked.
using Dictionaries = std::vector<std::shared_ptr<const Dictionary>>;

}  // namespace antiphon::text::pronunciation
