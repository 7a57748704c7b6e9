#pragma once

#include <span>
#include <vector>

#include "engine/hibari/lexicon.h"
#include "engine/hibari/token.h"

/// What is done with tokens before and after their phonemes are looked up.
namespace antiphon::engine::hibari {

/// Cuts tagged tokens into what is looked up, gives marks their phonemes, tells amounts their currency, and puts
/// together what has no space between.
[[nodiscard]] std::vector<std::vector<Token>> grouped(std::span<const Token> tokens);

/// Several tokens as one, without phonemes. Not of none.
[[nodiscard]] Token merged(std::span<const Token> tokens);

/// Whether a token has nothing that is said: hyphens, apostrophes, commas.
[[nodiscard]] bool is_silent(const Token& token);

/// Gives what has no phonemes those of marks, and weakens the stress of compounds, whose parts bear one each.
void settle(std::span<Token> group);

/// The phonemes of a group, one token after another.
[[nodiscard]] std::u32string phonemes_of(std::span<const Token> group);

/// What the word before `token` sees of it.
[[nodiscard]] Context context_before(const Token& token, const std::u32string& phonemes, const Context& after);

}  // namespace antiphon::engine::hibari
