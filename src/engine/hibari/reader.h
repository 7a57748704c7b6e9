#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/api/engine.h"
#include "engine/common/reading.h"
#include "engine/hibari/lexicon.h"
#include "engine/hibari/spelling.h"
#include "engine/hibari/tagger.h"
#include "engine/hibari/tokenizer.h"

namespace antiphon::engine::hibari {

/// A text as it is spoken.
struct Reading {
  std::u32string phonemes;
  std::vector<Word> words;  ///< Those that are heard.
};

struct ReaderParts {
  Tokenizer tokenizer;
  Tagger tagger;
  Lexicon lexicon;
  std::unique_ptr<Speller> speller;
};

/// English text to phonemes. One thread at a time; no result depends on another call.
class Reader {
 public:
  static constexpr std::size_t kMostBytes = 4'096;

  explicit Reader(ReaderParts parts) : parts_(std::move(parts)) {}

  /// Errors: kSegmentTooLong beyond kMostBytes; kEngineFailure.
  [[nodiscard]] Result<Reading> read(std::string_view text);

 private:
  /// What is said as one: a token, or several without a space between.
  using Group = std::vector<Token>;

  [[nodiscard]] Result<void> say(Group& group, Context& context);
  [[nodiscard]] Result<bool> say_parts(Group& group, Context& context);
  [[nodiscard]] Result<std::u32string> spell(const Token& token);

  ReaderParts parts_;
};

}  // namespace antiphon::engine::hibari
