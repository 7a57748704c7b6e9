#pragma once

#include <expected>
#include <utility>

namespace antiphon::base {

/// The one way in which a function reports an expected failure: a value or a module's own error.
/// The class is nodiscard, so that a failure cannot be dropped unseen.
template <class T, class E>
class [[nodiscard]] Result : public std::expected<T, E> {
 public:
  using std::expected<T, E>::expected;
  // NOLINTNEXTLINE(google-explicit-constructor): a plain std::expected is the same thing.
  Result(std::expected<T, E> other) : std::expected<T, E>(std::move(other)) {}
};

}  // namespace antiphon::base
