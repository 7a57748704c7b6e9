#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "text/pronunciation/dictionary.h"

/// What happens to a text before an engine sees it. Pure; every function may be called from any thread.
namespace antiphon::text {

enum class Errc : std::uint8_t {
  kInvalidUtf8,  ///< Not UTF-8: a stray or missing byte, an overlong form, a surrogate.
};

struct Error {
  Errc code = Errc::kInvalidUtf8;
  std::string message;  ///< Says at which byte; never the text itself.
};

template <class T>
using Result = base::Result<T, Error>;

/// Byte offset of the first sequence that is not UTF-8 (Unicode 15, table 3-7), or nothing.
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view bytes);

/// Unicode code points of `utf8`, which is what APIs count as characters. Each stray byte counts as one.
[[nodiscard]] std::size_t count_code_points(std::string_view utf8);

/// The one form in which a text is cut, spoken and hashed: composed (NFC), without control, formatting and
/// non-characters, at most kMaxMarks combining marks in a row, no white space at the ends and a single space within,
/// except that what parts paragraphs or list items is a single newline. normalise(normalise(x)) == normalise(x).
/// Errors: kInvalidUtf8.
[[nodiscard]] Result<std::string> normalise(std::string_view utf8);
inline constexpr int kMaxMarks = 30;

/// Dictionary::make() of entries whose words are normalised first, as texts are. Errors: those of make(), and an entry
/// that is not UTF-8.
[[nodiscard]] pronunciation::Result<std::shared_ptr<const pronunciation::Dictionary>> make_dictionary(
    std::vector<pronunciation::Entry> entries);

/// Whether `utf8` has anything a voice could say: a letter, a digit, a currency sign or a sign with a spoken name.
/// False for white space, punctuation and pictographs alone. What a voice really can say, only its engine knows.
[[nodiscard]] bool speakable(std::string_view utf8);

}  // namespace antiphon::text
