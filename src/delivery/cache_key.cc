#include "delivery/cache_key.h"

#include <bit>
#include <cstdint>
#include <string>
#include <utility>

#include "base/sha256.h"
#include "delivery/stream_book.h"

namespace antiphon::delivery {
namespace {

/// Hashes fields so that no two rows of fields are the same bytes.
class Hasher {
 public:
  void add(std::string_view text) {
    add(std::uint64_t{text.size()});
    hash_.add(text);
  }
  void add(std::uint64_t number) { hash_.add({reinterpret_cast<const char*>(&number), sizeof number}); }
  void add(double number) { add(std::bit_cast<std::uint64_t>(number)); }

  [[nodiscard]] cache::Key finish() { return hash_.finish(); }

 private:
  base::Sha256 hash_;
};

void add(Hasher& hasher, const text::Options& options) {
  // A member that is added to the options does not compile here until it is hashed as well.
  const auto& [max_chars, sentence_pause, speed, first_clause, normalise, markup, language, dictionaries] = options;
  const auto& [signs, emoji] = markup;
  hasher.add(std::uint64_t{max_chars});
  hasher.add(static_cast<std::uint64_t>(sentence_pause.count()));
  hasher.add(speed);
  hasher.add(std::uint64_t{first_clause});
  hasher.add(std::uint64_t{std::to_underlying(normalise)});
  hasher.add(std::uint64_t{std::to_underlying(signs)});
  hasher.add(std::uint64_t{std::to_underlying(emoji)});
  hasher.add(static_cast<std::uint64_t>(std::to_underlying(language)));
  hasher.add(std::uint64_t{dictionaries.size()});
  for (const auto& dictionary : dictionaries) hasher.add(dictionary->identity());
}

}  // namespace

std::string sharers_of(const identity::Caller& caller, CacheScope scope) {
  if (scope == CacheScope::kAll) return "all";
  const auto account = "account " + holder_of(caller);
  return scope == CacheScope::kAccount ? account : account + " user " + std::to_string(caller.user.value);
}

cache::Key cache_key(const dispatch::SpeechSpec& spec, const CacheContext& context) {
  Hasher hasher;
  for (const std::string_view part : {context.voice, context.workers, context.build, std::string_view(context.sharers)})
    hasher.add(part);
  hasher.add(spec.text);
  add(hasher, spec.segmentation);
  hasher.add(static_cast<double>(spec.speed));
  hasher.add(spec.seed);
  hasher.add(std::uint64_t{spec.speaker});
  hasher.add(std::uint64_t{spec.rate.hz});
  return hasher.finish();
}

}  // namespace antiphon::delivery
