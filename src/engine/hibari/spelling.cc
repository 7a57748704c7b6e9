#include "engine/hibari/spelling.h"

#include <array>
#include <vector>

#include "engine/hibari/characters.h"

namespace antiphon::engine::hibari {
namespace {

std::unexpected<Error> failure(Errc code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace

Result<Spelling> Spelling::make(ort::Session graph, const Manifest& manifest) {
  const bool same = graph.inputs().size() == 1 && graph.inputs().front().name == "chars" &&
                    graph.outputs().size() == 1 && graph.outputs().front().name == "out";
  if (!same) return failure(Errc::kVoiceCorrupt, "spelling.onnx has other inputs and outputs than chars and out");
  Spelling spelling(std::move(graph));
  for (const auto& letter : manifest.letters) {
    const auto characters = to_utf32(letter);
    if (characters.size() != 1) return failure(Errc::kVoiceCorrupt, "letters has an item of more than one character");
    spelling.letters_.emplace(characters.front(), static_cast<std::int64_t>(spelling.letters_.size() + 1));
  }
  if (spelling.letters_.size() != manifest.letters.size()) {
    return failure(Errc::kVoiceCorrupt, "letters names one twice");
  }
  for (const auto& sound : manifest.sounds) {
    const auto characters = to_utf32(sound);
    if (characters.size() != 1) return failure(Errc::kVoiceCorrupt, "sounds has an item of more than one character");
    spelling.sounds_ += characters;
  }
  spelling.longest_ = manifest.longest_word;
  return spelling;
}

/// For each letter the network gives some places; of equals in a row one is heard, and of 0 none.
Result<std::u32string> Spelling::ask(std::span<const std::int64_t> letters) {
  const std::array<ort::Input, 1> inputs = {
      {{.name = "chars", .shape = {1, static_cast<std::int64_t>(letters.size())}, .values = letters}}};
  const std::array<std::string, 1> outputs = {"out"};
  const auto results = graph_.run(inputs, outputs);
  if (!results) return failure(Errc::kEngineFailure, results.error().message);
  std::u32string phonemes;
  float before = 0;
  for (const float place : results->front().values) {
    const bool heard = place >= 1 && place <= static_cast<float>(sounds_.size());
    if (heard && place != before) phonemes += sounds_[static_cast<std::size_t>(place) - 1];
    before = place;
  }
  return phonemes;
}

Result<std::u32string> Spelling::read(std::u32string_view word) {
  std::vector<std::int64_t> letters;
  std::u32string key;
  for (const auto c : word) {
    const auto letter = letters_.find(c);
    if (letter == letters_.end() || letters.size() == longest_) continue;
    letters.push_back(letter->second);
    key += c;
  }
  if (letters.empty()) return std::u32string();
  if (const auto known = known_.find(key); known != known_.end()) return known->second;
  auto phonemes = ask(letters);
  if (!phonemes) return phonemes;
  if (known_.size() >= kMostWords) known_.clear();
  known_.emplace(std::move(key), *phonemes);
  return phonemes;
}

}  // namespace antiphon::engine::hibari
