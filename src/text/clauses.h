#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace antiphon::text {

/// Inside text/ only: where a sentence may be cut, and how well it sounds there.

/// A place to cut: the left part ends at `end`, the right one begins at `begin`; white space lies between.
struct Cut {
  std::size_t end = 0;
  std::size_t begin = 0;
  std::size_t length_to_end = 0;    ///< spoken_length() of all before `end`.
  std::size_t length_to_begin = 0;  ///< spoken_length() of all before `begin`.
  std::size_t penalty = 0;          ///< 0 at the end of a clause, up to 500 within a grapheme.
};

/// All places to cut `sentence`, ascending; both parts are never empty. Graphemes longer than `limit` may be cut
/// within, others may not.
[[nodiscard]] std::vector<Cut> cuts(std::string_view sentence, std::size_t limit);

/// Whether a clause ends at this mark, or a part of one at a comma.
[[nodiscard]] bool ends_clause_or_comma(char32_t c);

/// The first place to cut `sentence` behind a mark of a clause or a comma (not one that may end a sentence, such as an
/// abbreviation's full stop), whose left part has at least `least` and at most `most` in spoken_length().
[[nodiscard]] std::optional<Cut> clause_cut(std::string_view sentence, std::size_t least, std::size_t most);

/// The parts of `sentence`, each at most `limit` in spoken_length(); `limit` is at least 3.
[[nodiscard]] std::vector<std::string_view> parts(std::string_view sentence, std::size_t limit);

/// The place in `places` that is best for a left part of about `target`, at most `limit`, counted from `offset`; its
/// index, or places.size() where none fits. `first` is the first place to consider.
[[nodiscard]] std::size_t best_cut(const std::vector<Cut>& places, std::size_t first, std::size_t offset,
                                   std::size_t target, std::size_t limit);

}  // namespace antiphon::text
