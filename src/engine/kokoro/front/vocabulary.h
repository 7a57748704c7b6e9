#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// The signs that Kokoro-82M 1.0 knows: misaki's alphabet and marks, each with its number, 1 to 177. Some numbers have
/// no sign.
namespace antiphon::engine::kokoro::front {

inline constexpr std::int64_t kPad = 0;  ///< Stands before and after all signs.

/// Returns nullopt for what the model does not know; it is left out.
[[nodiscard]] std::optional<std::int64_t> token_of(char32_t phoneme);

/// Whether it is a sound of its own.
[[nodiscard]] bool is_heard(char32_t phoneme);

}  // namespace antiphon::engine::kokoro::front
