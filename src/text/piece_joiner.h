#pragma once

#include <array>
#include <string>
#include <string_view>

namespace antiphon::text {

/// Puts a space back between two pieces of a text where a client has stripped it: where a piece begins with a capital
/// behind a word or a mark ("calling." and "Let me"), and between all pieces of a client that strips its spaces. A
/// client is known to do so when one of its pieces begins with a capital right behind a mark, and while none of its
/// pieces has begun or ended with white space. Pieces that are cut within words are joined as they are. What it does
/// depends on the pieces alone. Pure; one thread at a time.
class PieceJoiner {
 public:
  /// `piece`, valid UTF-8, as it goes behind the pieces before it.
  [[nodiscard]] std::string join(std::string_view piece);

 private:
  /// Whether a word ends between what has come and `piece`, neither of which has white space there.
  [[nodiscard]] bool parts(std::string_view piece);
  void remember(std::string_view piece);

  /// The last code points that have come, the last one first; 0 where there are fewer.
  std::array<char32_t, 3> last_{};
  bool after_blank_ = false;  ///< The last piece was nothing but white space.
  bool has_spaces_ = false;   ///< Another one began or ended with some.
  bool strips_ = false;       ///< One began with a capital right behind a mark.
};

}  // namespace antiphon::text
