#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/api/engine.h"
#include "engine/hibari/manifest.h"
#include "engine/ort/session.h"

namespace antiphon::engine::hibari {

/// Reads words that are in no list. One thread at a time; no answer depends on what was asked before.
class Speller {
 public:
  virtual ~Speller() = default;
  /// The phonemes of a word; empty where it has none. Error: kEngineFailure.
  [[nodiscard]] virtual Result<std::u32string> read(std::u32string_view word) = 0;
};

/// Reads words by their letters, with a small network. Remembers them, since a text repeats its
/// words; no answer depends on what was asked before. One thread at a time.
class Spelling final : public Speller {
 public:
  /// At most so many words are remembered; then all are forgotten.
  static constexpr std::size_t kMostWords = 4'096;

  /// Error: kVoiceCorrupt where the graph is another one.
  [[nodiscard]] static Result<Spelling> make(ort::Session graph, const Manifest& manifest);

  /// Empty where the network knows none of its letters.
  [[nodiscard]] Result<std::u32string> read(std::u32string_view word) override;
  [[nodiscard]] std::size_t remembered() const { return known_.size(); }

 private:
  explicit Spelling(ort::Session graph) : graph_(std::move(graph)) {}
  [[nodiscard]] Result<std::u32string> ask(std::span<const std::int64_t> letters);

  ort::Session graph_;
  std::unordered_map<char32_t, std::int64_t> letters_;
  std::u32string sounds_;
  std::size_t longest_ = 0;
  std::unordered_map<std::u32string, std::u32string> known_;
};

}  // namespace antiphon::engine::hibari
